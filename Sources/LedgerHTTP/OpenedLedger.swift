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
    /// What was decided outside the log, and is recorded as soon as the ledger signs.
    public var announcements: [Announcement] = []

    public struct Announcement: Sendable {
        /// One that is there already stays single.
        public let event: ApprovalEvent
        /// Called when it is recorded.
        public let recorded: @Sendable () throws -> Void

        public init(_ event: ApprovalEvent, recorded: @escaping @Sendable () throws -> Void = {}) {
            self.event = event
            self.recorded = recorded
        }
    }

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
