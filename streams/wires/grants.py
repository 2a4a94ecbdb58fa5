"""Makes users and ACLs on a cluster by the table of roles; what is there already is left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streams.errors import UserError
from streams.wires.acls import ROLES, Right
from streams.wires.broker import Broker, admin_client
from streams.wires.probe import check_broker

if TYPE_CHECKING:
    from kafka import KafkaAdminClient


@dataclass(frozen=True, slots=True)
class Made:
    """What making the ACLs came to; each right with its role."""

    made: list[tuple[str, Right]]
    there: int
    surplus: list[str]
    """What these users may besides, in words: not taken away, but not by the table."""


def make_acls(broker: Broker, app_id: str) -> Made:
    """Let each role do what the table says, no more is added. Raises UserError: this user is no admin."""
    from kafka.admin import ACLPermissionType

    with _admin(broker) as admin:
        wanted = {_acl(user, right): (user, right) for user, right in _table(app_id)}
        have = [acl for user in ROLES for acl in _of(admin, user)]
        missing = [acl for acl in wanted if acl not in have]
        if missing:
            answer = admin.create_acls(missing)
            if answer["failed"]:
                raise _refused(answer["failed"][0])
        allowed = [acl for acl in have if acl.permission_type is ACLPermissionType.ALLOW]
        return Made(
            [wanted[acl] for acl in missing],
            len(wanted) - len(missing),
            [_words(acl) for acl in allowed if acl not in wanted],
        )


def make_users(broker: Broker, folder: Path) -> list[str]:
    """Give each role of the table the password in `folder`/kafka_ROLE (SCRAM); those that have a file.

    Raises UserError: no file is there, or this user is no admin.
    """
    from kafka.admin import UserScramCredentialUpsertion

    files = {user: folder / f"kafka_{user}" for user in ROLES}
    passwords = {user: file.read_text().strip() for user, file in files.items() if file.is_file()}
    if not passwords:
        raise UserError(f"{folder} has no file kafka_ROLE with a password, ROLE being {', '.join(ROLES)}")
    with _admin(broker) as admin:
        faults = admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, broker.mechanism, text) for user, text in passwords.items()]
        )
    for user, fault in faults.items():
        if fault:
            raise UserError(f"Kafka does not make the user {user}: {fault}")
    return sorted(passwords)


def _table(app_id: str) -> Iterator[tuple[str, Right]]:
    for user, role in ROLES.items():
        for right in role.rights(app_id):
            yield user, right


@contextmanager
def _admin(broker: Broker) -> Iterator[KafkaAdminClient]:
    from kafka.errors import KafkaError

    check_broker(broker)
    try:
        with admin_client(broker) as admin:
            yield admin
    except KafkaError as error:
        raise _refused(type(error)) from error


def _refused(error: type[BaseException]) -> UserError:
    if error.__name__ == "ClusterAuthorizationFailedError":
        return UserError("this user may not make users and ACLs: do it as admin, a super user of Kafka")
    if error.__name__ == "SecurityDisabledError":
        return UserError("this Kafka has no authorizer: set what deploy/kafka/secure.properties sets")
    return UserError(f"Kafka does not make users and ACLs: {error.__name__}")


def _of(admin: KafkaAdminClient, user: str) -> list[Any]:
    from kafka.admin import (
        ACLFilter,
        ACLOperation,
        ACLPermissionType,
        ACLResourcePatternType,
        ResourcePatternFilter,
        ResourceType,
    )

    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    asked = ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, anything)
    found, error = admin.describe_acls(asked)
    if error.__name__ != "NoError":
        raise _refused(error)
    return list(found)


def _acl(user: str, right: Right) -> Any:
    from kafka.admin import (
        ACL,
        ACLOperation,
        ACLPermissionType,
        ACLResourcePatternType,
        ResourcePattern,
        ResourceType,
    )

    return ACL(
        f"User:{user}",
        "*",
        ACLOperation[right.operation.upper()],
        ACLPermissionType.ALLOW,
        ResourcePattern(
            ResourceType[right.resource.upper()],
            right.name,
            ACLResourcePatternType.PREFIXED if right.prefixed else ACLResourcePatternType.LITERAL,
        ),
    )


def _words(acl: Any) -> str:
    thing = acl.resource_pattern
    return (
        f"{acl.principal} may {acl.operation.name.lower()} {thing.resource_type.name.lower()}"
        f" {thing.resource_name} ({thing.pattern_type.name.lower()})"
    )
