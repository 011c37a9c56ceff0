// How a rule between members is checked. A member of the wrong type is reported where it stands; the rules
// then say nothing more about it.

extension MemberRule {
    package func inspect(_ object: JSONObject, with inspector: inout Inspector) {
        switch self {
        case .exactlyOne(of: let names):
            if names.count(where: { object[$0] != nil }) != 1 { inspector.report(id, words) }
        case .together(let names):
            if names.contains(where: { object[$0] != nil }) { require(names, in: object, with: &inspector) }
        case .present(let name, requires: let other):
            if object[name] != nil { require([other], in: object, with: &inspector) }
        case .requires(let names, where: let name, isOneOf: let listed):
            if object.word(name, isOneOf: listed) { require(names, in: object, with: &inspector) }
        case .requiresOne(of: let names, where: let name, isOneOf: let listed):
            if object.word(name, isOneOf: listed), !names.contains(where: { object[$0] != nil }) {
                inspector.report(id, words)
            }
        case .refuses(let names, where: let name, isOneOf: let listed):
            if object.word(name, isOneOf: listed) { refuse(names, in: object, with: &inspector) }
        case .neverBeside(let name, let other):
            if object[other] != nil { refuse([name], in: object, with: &inspector) }
        case .chain(let name, atMost: let count):
            inspectChain(name, count, in: object, with: &inspector)
        case .ordered, .atMostCount, .distinct, .reserved, .digest:
            inspectValues(object, with: &inspector)
        }
    }

    /// The rules that compare values, which JSON Schema cannot.
    private func inspectValues(_ object: JSONObject, with inspector: inout Inspector) {
        switch self {
        case .ordered(let low, let high):
            guard let first = object.integer(low), let last = object.integer(high) else { return }
            if first > last { report(at: low, with: &inspector) }
        case .atMostCount(let name, of: let items):
            guard let count = object.integer(name), case .array(let listed) = object[items] else { return }
            if count > listed.count { report(at: name, with: &inspector) }
        case .distinct(let name, in: let items):
            var seen: Set<Text> = []
            object.eachText(name, in: items) { index, text in
                if !seen.insert(text).inserted { report(at: name, of: index, in: items, with: &inspector) }
            }
        case .reserved(let word, as: let name, in: let items):
            object.eachText(name, in: items) { index, text in
                if text == word { report(at: name, of: index, in: items, with: &inspector) }
            }
        case .digest(let name, of: let content):
            guard case .string(let text) = object[name], let digest = ContentDigest(text),
                case .object(let content) = object[content], content[MemberShape.concealedName] == nil
            else { return }
            let found = ContentDigest(ofCanonical: .object(content))
            if found != digest {
                inspector.within(name) { $0.report(id, "\(words) It is \(found.text.string).") }
            }
        default: break
        }
    }

    private func require(_ names: [Text], in object: JSONObject, with inspector: inout Inspector) {
        for name in names where object[name] == nil { report(at: name, with: &inspector) }
    }

    private func refuse(_ names: [Text], in object: JSONObject, with inspector: inout Inspector) {
        for name in names where object[name] != nil { report(at: name, with: &inspector) }
    }

    private func report(at name: Text, with inspector: inout Inspector) {
        inspector.within(name) { $0.report(id, words) }
    }

    private func report(at name: Text, of index: Int, in items: Text, with inspector: inout Inspector) {
        inspector.within(items) { $0.within(index) { report(at: name, with: &$0) } }
    }

    /// Reported at the first object that is one too deep. Each object of a chain is inspected for itself, so
    /// each of those beyond the end is named.
    private func inspectChain(_ name: Text, _ left: Int, in object: JSONObject, with inspector: inout Inspector) {
        guard case .object(let next) = object[name] else { return }
        inspector.within(name) {
            if left == 0 { $0.report(id, words) } else { inspectChain(name, left - 1, in: next, with: &$0) }
        }
    }
}

extension JSONObject {
    fileprivate func word(_ name: Text, isOneOf words: [Text]) -> Bool {
        guard case .string(let text) = self[name] else { return false }
        return words.contains(text)
    }

    fileprivate func integer(_ name: Text) -> Int64? {
        guard case .number(let number) = self[name] else { return nil }
        return number.integer
    }

    fileprivate func eachText(_ name: Text, in items: Text, _ body: (Int, Text) -> Void) {
        guard case .array(let listed) = self[items] else { return }
        for (index, item) in listed.enumerated() {
            if case .object(let object) = item, case .string(let text) = object[name] { body(index, text) }
        }
    }
}
