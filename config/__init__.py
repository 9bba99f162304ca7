"""The project package: floor (errors, db, postgres) and ceiling (urls, asgi, commands).

It imports nothing, so that ``config.modelserver`` starts without Django and
Celery; ``ConfigConfig.ready`` loads the Celery application.
"""
