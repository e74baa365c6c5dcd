"""Metrics, log lines, request IDs, steps of requests, traces and reports of errors."""
