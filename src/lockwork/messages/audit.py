"""Questions about the audit trail."""

from lockwork.domain.access import Permission
from lockwork.domain.audit import AuditHead, AuditRecord, AuditVerdict
from lockwork.messages import Listing, Message, Page


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
