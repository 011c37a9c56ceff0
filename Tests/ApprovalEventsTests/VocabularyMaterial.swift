import ApprovalEvents
import Foundation
import TestMaterial

/// The `data` of an event, its type, and where it was found.
struct SampleEvent {
    let type: Text
    let data: JSONValue
    /// The whole event.
    let envelope: JSONObject
    let place: String

    init?(_ event: JSONValue, at place: String) {
        guard let object = event.asObject, let type = object["type"]?.asString, let data = object["data"] else {
            return nil
        }
        self.type = type
        self.data = data
        envelope = object
        self.place = place
    }
}

/// The events of `../shared/data/stories`.
enum StoryEvents {
    static func all() throws -> [SampleEvent] {
        let folder = SharedData.url("stories")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".ndjson") }.sorted()
        return try files.flatMap { file in
            let lines = try SharedData.bytes("stories/\(file)").split(separator: UInt8(ascii: "\n"))
            return try lines.enumerated().map { number, line in
                let place = "\(file):\(number + 1)"
                guard let event = SampleEvent(try JSONValue(parsing: Array(line)), at: place) else {
                    throw UnusableSample(place: place)
                }
                return event
            }
        }
    }
}

/// The examples of `Tests/Vectors/events`, made by `tools/make-event-vectors`.
enum EventVectors {
    /// The name of each good type and its examples.
    static func good() throws -> [(name: String, events: [SampleEvent])] {
        try files("good").map { file in
            let events = try read("good/\(file)")
            return (
                String(file.dropLast(5)),
                try events.enumerated().map { number, event in
                    guard let sample = SampleEvent(event, at: "\(file)[\(number)]") else {
                        throw UnusableSample(place: file)
                    }
                    return sample
                }
            )
        }
    }

    /// Each bad event and exactly what is wrong with it, as `pointer rule`.
    static func bad() throws -> [(event: SampleEvent, expected: Set<String>)] {
        try files("bad").flatMap { file in
            try read("bad/\(file)").enumerated().map { number, example in
                let object = example.asObject ?? JSONObject()
                let place = "\(file)[\(number)] \(object["what"]?.asString?.string ?? "")"
                guard let event = object["event"].flatMap({ SampleEvent($0, at: place) }),
                    let expected = object["expected"]?.asArray
                else { throw UnusableSample(place: place) }
                let violations = expected.compactMap { violation -> String? in
                    guard let pointer = violation.asObject?["pointer"]?.asString,
                        let rule = violation.asObject?["rule"]?.asString
                    else { return nil }
                    return "\(pointer) \(rule)"
                }
                return (event, Set(violations))
            }
        }
    }

    private static func files(_ folder: String) throws -> [String] {
        let path = Checkout.root.appendingPathComponent("Tests/Vectors/events/\(folder)").path
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.sorted()
    }

    private static func read(_ path: String) throws -> [JSONValue] {
        try JSONValue(parsing: try Checkout.bytes("Tests/Vectors/events/\(path)")).asArray ?? []
    }
}

struct UnusableSample: Error { let place: String }
