/// Gathers what is wrong of one kind: the first few in words, the rest by number.
struct Trouble: Hashable, Sendable {
    private(set) var notes: [String] = []
    private(set) var count = 0
    let limit: Int

    init(naming limit: Int = 10) {
        self.limit = limit
    }

    mutating func note(_ text: String) {
        count += 1
        if notes.count < limit { notes.append(text) }
    }

    /// Takes up what was gathered after this.
    mutating func append(_ next: Trouble) {
        count += next.count
        notes += next.notes.prefix(limit - notes.count)
    }

    var outcome: Outcome {
        guard count > 0 else { return .holds }
        let rest = count > notes.count ? "; and \(count - notes.count) more" : ""
        return .fails(reason: notes.joined(separator: "; ") + rest)
    }
}
