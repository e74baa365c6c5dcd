"""Operations on the images of a site; `container.Services` holds all services."""
