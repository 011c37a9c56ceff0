/// Fingerprints of identities and their positions in memory: open addressing, at most half full.
///
/// A fingerprint is a digest already, so its low bits are its place.
struct MarkTable: Sendable {
    private static let empty = Mark(fingerprint: Fingerprint(high: .max, low: .max), position: -1)

    private var slots: [Mark]
    private(set) var count = 0

    /// - Parameter count: fingerprints that it has room for at first; it grows.
    init(room count: Int) {
        var size = 16
        while size < 2 * count { size *= 2 }
        slots = Array(repeating: Self.empty, count: size)
    }

    func position(of fingerprint: Fingerprint) -> Int64? {
        let slot = slots[place(of: fingerprint)]
        return slot.position >= 0 ? slot.position : nil
    }

    /// Adds the mark unless its fingerprint is there. Returns whether it was added.
    @discardableResult
    mutating func insert(_ mark: Mark) -> Bool {
        let place = place(of: mark.fingerprint)
        guard slots[place].position < 0 else { return false }
        slots[place] = mark
        count += 1
        if 2 * count > slots.count { grow() }
        return true
    }

    /// Keeps the room.
    mutating func removeAll() {
        for place in slots.indices { slots[place] = Self.empty }
        count = 0
    }

    private func place(of fingerprint: Fingerprint) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: fingerprint.low) & mask
        while slots[place].position >= 0, slots[place].fingerprint != fingerprint { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Self.empty, count: 2 * old.count)
        for mark in old where mark.position >= 0 { slots[place(of: mark.fingerprint)] = mark }
    }
}
