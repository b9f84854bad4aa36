from hypothesis import settings

# On a shared machine the clock says nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
