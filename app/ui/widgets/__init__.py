"""Small widgets that know nothing of cases, models or use cases."""
