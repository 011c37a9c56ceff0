import ApprovalEvents
import Foundation
import TestMaterial
import Testing

/// The stories were written with the vocabulary: whatever it says, it must take them as they are.
@Suite("Stories and the vocabulary", .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct VocabularyStoryTests {
    @Test("every event of every story is accepted and gives back its data")
    func stories() throws {
        let events = try StoryEvents.all()
        #expect(events.count > 100)
        for event in events {
            var violations: [Violation] = []
            let payload = EventPayload.decode(
                type: event.type, data: event.data, at: .root.appending("data"), violations: &violations)
            #expect(violations == [], "\(event.place)")
            #expect(payload?.type?.text == event.type, "\(event.place)")
            #expect(payload?.json.map(JSONValue.object) == event.data, "\(event.place)")
        }
    }

    @Test("an action's digest is the one that the stories give it")
    func digests() throws {
        var compared = 0
        for event in try StoryEvents.all() {
            var violations: [Violation] = []
            let payload = EventPayload.decode(type: event.type, data: event.data, at: .root, violations: &violations)
            if case .approvalRequested(let request) = payload {
                #expect(request.action.digest == request.actionDigest, "\(event.place)")
                compared += 1
            }
        }
        #expect(compared > 5)
    }
}
