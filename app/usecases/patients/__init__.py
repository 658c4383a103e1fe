"""Who is who: patients, lesions and visits, found, edited and kept apart."""
