import ApprovalEvents
import Cosigning
import HTTPTypes
import LedgerEngine
import MerkleTree

/// What orchestrators and monitoring ask.
extension LedgerResponder {
    /// The process runs and answers.
    func liveness(_ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        return Answer(.ok, .none, json: ["status": "alive"])
    }

    /// The ledger takes events.
    func readiness(_ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        let status = ledger.sequencer.status
        switch status.condition {
        case .running:
            guard !drain.isDraining else { throw Problem(SubmissionRefusal.shuttingDown) }
            guard status.indexTrouble == nil else {
                throw Problem(.storageTrouble, "the index does not follow the log")
            }
            var object: JSONObject = ["status": "ready", "size": Self.number(status.head.size.value)]
            if let witnesses = ledger.witnesses { object["witnesses"] = Self.json(witnesses.statuses) }
            return Answer(.ok, .none, json: object)
        case .awaitingWitnesses:
            let states = ledger.witnesses?.statuses.map { "\($0.name): \($0.condition.word)" } ?? []
            throw Problem(
                .awaitingWitnesses,
                "the quorum of witnesses has not cosigned the newest stored head (\(states.joined(separator: ", ")))")
        case .clockStopped: throw Problem(SubmissionRefusal.clockStopped)
        case .failed: throw Problem(.storageTrouble, "the store or the key failed; the process has to be started again")
        case .shuttingDown: throw Problem(SubmissionRefusal.shuttingDown)
        }
    }

    func metricsPage(_ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        if !configuration.hasPublicMetrics { _ = try caller(showing: request.credential, with: .administer, .read) }
        let status = ledger.sequencer.status
        let gauges: [Metrics.Gauge] = [
            .init(
                name: "countersign_tree_size", help: "Entries under the newest signed head.",
                value: Double(status.head.size.value)),
            .init(
                name: "countersign_newest_entry_timestamp_seconds", help: "The newest entry's ledgertime.",
                value: Double(status.newest.milliseconds) / 1000),
            .init(
                name: "countersign_inbox_events", help: "Events that wait for their commit.",
                value: Double(status.waiting)),
            .init(
                name: "countersign_unpublished_entries", help: "Durable entries that wait for a signed head.",
                value: Double(status.unpublished)),
            .init(
                name: "countersign_index_lag_entries", help: "Entries that the index does not have yet.",
                value: Double(status.indexLag)),
            .init(name: "countersign_commits", help: "Commits since the start.", value: Double(status.commits)),
            .init(
                name: "countersign_sealed_bytes", help: "Bytes of entries sealed since the start.",
                value: Double(status.bytes)),
            .init(name: "countersign_ready", help: "1 while the ledger takes events.", value: status.isReady ? 1 : 0),
        ]
        let page = metrics.page(gauges: gauges + (ledger.witnesses.map(self.gauges) ?? []))
        return Answer(.ok, MediaType.metrics, .none, Array(page.utf8))
    }
}
