"""What ./dev runs: servers, processes and tests. Free of Django, so that it starts at once."""
