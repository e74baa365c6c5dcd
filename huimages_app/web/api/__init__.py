"""The JSON API below `/api/v1`.  `openapi.json` describes it; tests keep both equal."""
