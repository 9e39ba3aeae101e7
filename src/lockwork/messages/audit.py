"""Questions about the audit trail."""

from lockwork.domain.access import Permission
from lockwork.domain.audit import AuditHead, AuditLink, AuditPart, AuditRecord, AuditVerdict, Knocked, Pruned
from lockwork.messages import Effect, Listing, Message, Page


class ListAudit(Message[Page[AuditRecord]], frozen=True, kw_only=True):
    """Records, newest first."""

    action = "audit.list"
    permission = Permission.ADMINISTER_STORE
    listing: Listing = Listing(sort_by="desc:number")


class GetAuditHead(Message[AuditHead], frozen=True, kw_only=True):
    action = "audit.head"
    permission = Permission.ADMINISTER_STORE


class VerifyAudit(Message[AuditVerdict], frozen=True, kw_only=True):
    """Whether every record follows from the one before, and the secrets are as the trail left them."""

    action = "audit.verify"
    permission = Permission.ADMINISTER_STORE
    expect: AuditHead | None = None
    """A head kept elsewhere, which the chain must still hold."""


class ListStrangers(Message[tuple[Knocked, ...]], frozen=True, kw_only=True):
    """Failed log-ins and unknown tokens by minute and address, the newest first."""

    action = "audit.strangers"
    permission = Permission.ADMINISTER_STORE
    since: int = 0
    """Microseconds since 1970, UTC."""


class ExportAudit(Message[AuditPart], frozen=True, kw_only=True):
    """The links after a record (without one, all there are) that are older than a time, some at once."""

    action = "audit.export"
    permission = Permission.ADMINISTER_STORE
    before: int
    """Microseconds since 1970, UTC."""
    after: int | None = None


class PruneAudit(Message[Pruned], frozen=True, kw_only=True):
    """Take out of the trail what comes up to a record, which the caller has kept."""

    action = "audit.prune"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    through: AuditHead


class CheckAuditLinks(Message[AuditVerdict], frozen=True, kw_only=True):
    """Whether links that were kept elsewhere follow from each other."""

    action = "audit.check"
    permission = Permission.ADMINISTER_STORE
    start: AuditHead
    links: tuple[AuditLink, ...]
