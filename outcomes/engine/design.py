# Names that moved to outcomes/designs; here until the last import has followed.
from outcomes.designs.design import *  # noqa: F403
