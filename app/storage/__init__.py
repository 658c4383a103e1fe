"""SQLAlchemy lives here and nowhere else: rows, mapping, repositories, blobs, migrations."""
