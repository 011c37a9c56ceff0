import ApprovalEvents
import MerkleTree
import Oversight

/// All entries of one population in the period: what an auditor draws samples from.
public struct PopulationCount: Hashable, Sendable {
    public let population: Population
    public let figure: Figure
    public let entries: [RecordedEntry]

    public var id: String { population.id }

    /// Sorts the period's entries into the nine populations. No entry is in two; those in none are counted apart.
    static func all(of entries: [RecordedEntry], into book: inout FigureBook) -> [PopulationCount] {
        var members: [Population: [RecordedEntry]] = [:]
        var rest: [RecordedEntry] = []
        for entry in entries {
            if let population = VocabularyType(entry.entry.type).flatMap(Population.init(of:)) {
                members[population, default: []].append(entry)
            } else {
                rest.append(entry)
            }
        }
        _ = book.add(
            "Entries in the period", entries.count, query: "every entry of [first, end)", entries: entries.map(\.index))
        let populations = Population.allCases.map { population in
            let entries = members[population] ?? []
            return PopulationCount(
                population: population,
                figure: book.add(
                    "\(population.id) \(population.title)", entries.count,
                    query: "entries of [first, end) of type \(population.typeNames.joined(separator: " or "))",
                    entries: entries.map(\.index)),
                entries: entries)
        }
        _ = book.add(
            "Entries in no population", rest.count, query: "entries of [first, end) of no type named by P1 to P9",
            entries: rest.map(\.index))
        return populations
    }
}

extension Population {
    var typeNames: [String] { types.map(\.rawValue) }
}

extension RecordedEntry {
    /// The type without the part that all our types share; a foreign type whole.
    var shortType: String {
        VocabularyType(entry.type)?.rawValue ?? entry.type.string
    }
}
