"""The pages, one file per concern. A view reads the request, calls one service and renders."""
