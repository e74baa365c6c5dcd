"""What can be done with the images of a site; `container.Services` holds it all."""
