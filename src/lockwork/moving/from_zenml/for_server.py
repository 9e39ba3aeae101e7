"""A plan as one person can carry it out on a team's server: nobody acts there as somebody else.

People come by invitations, not by an import. What is shared comes as the caller's doing; of users' own
secrets the caller's alone come, and each other person brings their own.
"""

import msgspec

from lockwork.domain.secrets import SecretScope
from lockwork.moving.from_zenml.plan import LeftOut, NewSecret, Plan


def carried_by(plan: Plan, me: str) -> Plan:
    """The plan for the user `me`: in ZenML they are who is called so, or its only user."""
    ours = me if me in plan.users.values() else next(iter(plan.users.values()), me)
    is_me = ours == me or len(plan.users) == 1
    own = [secret for secret in plan.secrets if secret.scope is SecretScope.USER]
    others = [secret for secret in own if not (is_me and secret.owner == ours)]
    gone = {id(secret) for secret in others}
    secrets = [_mine(secret, me) for secret in plan.secrets if id(secret) not in gone]
    return msgspec.structs.replace(
        plan,
        users={was: me for was, now in plan.users.items() if is_me and now == ours},
        secrets=tuple(secrets),
        components=tuple(msgspec.structs.replace(part, owner=None) for part in plan.components),
        stacks=tuple(msgspec.structs.replace(stack, owner=None) for stack in plan.stacks),
        left_out=(*plan.left_out, *map(_stays, others)),
        hiding=tuple(_mine(secret, me) for secret in plan.hiding if is_me and secret.owner == ours),
    )


def _mine(secret: NewSecret, me: str) -> NewSecret:
    owner = me if secret.scope is SecretScope.USER else None
    return msgspec.structs.replace(secret, owner=owner)


def _stays(secret: NewSecret) -> LeftOut:
    why = f"it is {secret.owner!r}'s own: they bring it themselves, logged in under that name"
    return LeftOut(kind="secret", name=secret.was, workspace=secret.workspace, why=why)
