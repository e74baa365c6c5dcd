"""The name under which programs import the library: `import huimages`."""

from huimages_app.client import *  # noqa: F403
