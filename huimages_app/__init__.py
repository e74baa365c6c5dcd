"""huimages: an image server and image browser."""
