import ApprovalEvents
import Cosigning
import LedgerEngine

/// A ledger that is open for writing, with its callers: what the routes and the administration work on.
public struct OpenedLedger: Sendable {
    public let sequencer: Sequencer
    public let index: any EventIndex
    public let callers: CallerRegistry
    public let clock: any LedgerClock
    /// The log's keys, where they are managed beside it.
    public let keys: KeyRing?
    /// Who cosigns its heads; nil where nobody is asked.
    public let witnesses: HeadWitnesses?
    /// Events of the ledger's own that are recorded as soon as it signs; those that are there already stay single.
    public var announcements: [ApprovalEvent] = []

    public init(
        sequencer: Sequencer, index: any EventIndex, callers: CallerRegistry, clock: any LedgerClock,
        keys: KeyRing? = nil, witnesses: HeadWitnesses? = nil
    ) {
        self.sequencer = sequencer
        self.index = index
        self.callers = callers
        self.clock = clock
        self.keys = keys
        self.witnesses = witnesses
    }

    var reader: LedgerReader { sequencer.reader }
    var now: Timestamp { Timestamp(milliseconds: clock.now().wall) }
}
