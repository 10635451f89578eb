"""The shell: everything that touches network, disk, clock, Prefect, Jinja2 or Altair."""
