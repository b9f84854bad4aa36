from enrollment.models.participation import (
    Action,
    Enrollment,
    ExitReason,
    Source,
    Status,
    Transition,
)
from enrollment.models.people import (
    Collection,
    ElStatus,
    Gender,
    Grade,
    RaceEthnicity,
    School,
    SchoolLevel,
    SchoolMembership,
    SchoolYear,
    Student,
    StudentYear,
)
from enrollment.models.programs import AssignmentLevel, Delivery, Offering, Program
from enrollment.models.staff import RoleGrant, User

__all__ = [
    "Action",
    "AssignmentLevel",
    "Collection",
    "Delivery",
    "ElStatus",
    "Enrollment",
    "ExitReason",
    "Gender",
    "Grade",
    "Offering",
    "Program",
    "RaceEthnicity",
    "RoleGrant",
    "School",
    "SchoolLevel",
    "SchoolMembership",
    "SchoolYear",
    "Source",
    "Status",
    "Student",
    "StudentYear",
    "Transition",
    "User",
]
