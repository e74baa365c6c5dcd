"""Removing images from caches in front of the site: Varnish, nginx, a CDN."""
