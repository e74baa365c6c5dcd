"""What programs are offered below `/api/v1`.  `openapi.json` is the contract; tests hold both."""
