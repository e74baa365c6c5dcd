"""The rendition cache: files that a web server finds by the URL alone."""
