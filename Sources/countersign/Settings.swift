import ApprovalEvents
import Foundation
import LedgerEngine

/// What was chosen when the ledger was made and holds for every process that opens it. Each choice is an entry of
/// the log too (`ledger.setting_changed`), so that an auditor sees it.
struct Settings: Codable, Equatable {
    /// IANA names of the zones whose midnights are marked beside UTC's.
    var zones: [String] = []
    /// Whether types outside `dev.countersign.` are recorded, as they are.
    var foreignTypes = false

    enum CodingKeys: String, CodingKey {
        case zones
        case foreignTypes = "foreign_types"
    }

    init(zones: [String], foreignTypes: Bool) throws {
        for zone in zones where TimeZone(identifier: zone) == nil {
            throw CommandFailure.usage("--zone takes an IANA name such as Europe/Berlin, not \(zone)")
        }
        self.zones = zones
        self.foreignTypes = foreignTypes
    }

    init(file: String) throws {
        do {
            self = try JSONDecoder().decode(Settings.self, from: Data(Files.read(file)))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(file) cannot be understood: \(error)")
        }
    }

    var formatted: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    var rules: IntakeRules {
        var rules = IntakeRules.standard
        rules.allowsForeignTypes = foreignTypes
        return rules
    }

    var marks: MarkSchedule {
        let calendars = zones.compactMap { TimeZone(identifier: $0) }.map { zone in
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            return calendar
        }
        return MarkSchedule { after, through in
            calendars.flatMap { Self.midnights(in: $0, after: after, through: through) }
        }
    }

    private static func midnights(in calendar: Calendar, after: Timestamp, through: Timestamp) -> [Timestamp] {
        var found: [Timestamp] = []
        var day = calendar.startOfDay(for: Date(timeIntervalSince1970: Double(after.milliseconds) / 1000))
        while true {
            let time = Timestamp(milliseconds: Int64((day.timeIntervalSince1970 * 1000).rounded()))
            if time > through { return found }
            if time > after { found.append(time) }
            guard let next = calendar.date(byAdding: .day, value: 1, to: day) else { return found }
            day = calendar.startOfDay(for: next)
        }
    }

    /// The choices that are not the default, as entries.
    func changes(by principal: Principal, at time: Timestamp) throws -> [ApprovalEvent] {
        var values: [(name: Text, value: JSONValue)] = []
        if !zones.isEmpty { values.append(("zones", .array(zones.map { .string(Text($0)) }))) }
        if foreignTypes { values.append(("foreign_types", .bool(true))) }
        return try values.map { name, value in
            let change = LedgerSettingChanged(setting: name, value: value, by: principal)
            return try ApprovalEvent.ledger(.ledgerSettingChanged(change), id: Text("setting/\(name)/1"), time: time)
        }
    }
}
