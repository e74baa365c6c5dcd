"""Importing files and folders, shared by the commands `import` and `import-tree`."""
