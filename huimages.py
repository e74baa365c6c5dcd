"""The name under which programs written for huImages 2 import the library."""

from huimages_app.client import *  # noqa: F403
