from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "programs_tracker.demo"
