# Names that moved to outcomes/designs; here until the last import has followed.
from outcomes.designs.errors import *  # noqa: F403
