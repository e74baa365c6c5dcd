"""The Pyramid application: resources, security, views, and the JSON API."""
