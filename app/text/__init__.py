"""What people read about cases, scores, models and runs: facts put into sentences.

One file for each subject. Every sentence goes through ``app.translation``; no logic reads one afterwards.
"""
