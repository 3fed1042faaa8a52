import CreditModel
import Normalisation

/// Whether a record and the holder of a code that it carries have anything in common.
enum Agreement {
    /// They have no field to compare: the code decides.
    case nothingToCompare
    case agrees
    /// Something could be compared, and nothing agrees.
    case contradicts
}

/// What is known of an enterprise besides its codes: present and former names, representative, address.
struct HolderEvidence {
    private(set) var names: [String] = []
    private var representatives: [String] = []
    private var addresses: [String] = []
    /// Canonical forms, made when first needed: most records agree letter by letter.
    private var nameKeys: [String]?
    private var representativeKeys: [String]?
    private var addressKeys: [String]?

    mutating func add(name: String?) {
        guard let name, !names.contains(name) else { return }
        names.append(name)
        nameKeys = nil
    }

    mutating func add(representative: String?) {
        guard let representative, !representatives.contains(representative) else { return }
        representatives.append(representative)
        representativeKeys = nil
    }

    mutating func add(address: String?) {
        guard let address, !addresses.contains(address) else { return }
        addresses.append(address)
        addressKeys = nil
    }

    mutating func add(_ subject: Subject) {
        add(name: subject.name)
        for name in subject.formerNames { add(name: name) }
        add(representative: subject.representative)
        add(address: subject.address)
    }

    /// Compares only what both sides have; one agreement is enough.
    mutating func agreement(with subject: Subject) -> Agreement {
        var isComparable = false
        if let representative = subject.representative, !representatives.isEmpty {
            if hasRepresentative(representative) { return .agrees }
            isComparable = true
        }
        if let address = subject.address, !addresses.isEmpty {
            if hasAddress(address) { return .agrees }
            isComparable = true
        }
        if let name = subject.name, !names.isEmpty {
            if agrees(name: name) { return .agrees }
            isComparable = true
        }
        return isComparable ? .contradicts : .nothingToCompare
    }

    /// Compares with what is known of another enterprise.
    func agreement(with other: HolderEvidence) -> Agreement {
        var mine = self
        var isComparable = false
        for (texts, others, agree) in [
            (representatives, other.representatives, { mine.hasRepresentative($0) }),
            (addresses, other.addresses, { mine.hasAddress($0) }), (names, other.names, { mine.agrees(name: $0) }),
        ] as [([String], [String], (String) -> Bool)] where !texts.isEmpty && !others.isEmpty {
            if others.contains(where: agree) { return .agrees }
            isComparable = true
        }
        return isComparable ? .contradicts : .nothingToCompare
    }

    /// Whether a name is one of the holder's, present or former, but for a third of its characters.
    mutating func agrees(name: String) -> Bool {
        equals(name: name) || names.contains { NameRules.agree(name, $0) }
    }

    /// Whether a name is one of the holder's, present or former.
    mutating func equals(name: String) -> Bool {
        if names.contains(name) { return true }
        let keys = nameKeys ?? names.map(NameRules.key)
        nameKeys = keys
        return keys.contains(NameRules.key(name))
    }

    /// Whether a name is one of the holder's but for how its region is written: 广州市 and 广州.
    func isNamed(_ name: String) -> Bool { names.contains { NameRules.isSame($0, name) } }

    /// Whether representative and address do not speak against it: one of them agrees, or neither can be compared.
    mutating func mayBe(_ subject: Subject) -> Bool {
        var isComparable = false
        if let representative = subject.representative, !representatives.isEmpty {
            if hasRepresentative(representative) { return true }
            isComparable = true
        }
        if let address = subject.address, !addresses.isEmpty {
            if hasAddress(address) { return true }
            isComparable = true
        }
        return !isComparable
    }

    private mutating func hasRepresentative(_ person: String) -> Bool {
        if representatives.contains(person) { return true }
        let keys = representativeKeys ?? representatives.map(NameRules.personKey)
        representativeKeys = keys
        return keys.contains(NameRules.personKey(person))
    }

    private mutating func hasAddress(_ address: String) -> Bool {
        if addresses.contains(address) { return true }
        let keys = addressKeys ?? addresses.map(NameRules.addressKey)
        addressKeys = keys
        return keys.contains(NameRules.addressKey(address))
    }
}

extension HolderEvidence {
    /// Takes what a 红盾 record says of its enterprise.
    ///
    /// Of a registration, the names of all versions since it was last withdrawn but those that were corrected, and the
    /// present representative and address; of a change of name, both names; of any other record, the name that it was
    /// written with.
    mutating func add(registryRecord history: RecordHistory, subject: Subject) {
        if history.dataset == .registrations {
            add(subject)
            for content in history.uncorrectedContents {
                for subject in content.subjects {
                    add(name: subject.name)
                    for name in subject.formerNames { add(name: name) }
                }
            }
            return
        }
        add(name: subject.name)
        if history.dataset == .alterations, let content = history.current?.content {
            for name in content.alteredNames { add(name: name) }
        }
    }
}

extension CreditRecord {
    /// The names before and after a 名称变更; none for any other record.
    var alteredNames: [String] {
        guard facts.contains(where: { $0.field == "item" && $0.value.plainText == "名称变更" }) else { return [] }
        return facts.compactMap { $0.field == "before" || $0.field == "after" ? $0.value.plainText : nil }
    }
}

extension Value {
    fileprivate var plainText: String? {
        switch self {
        case .text(let text): text
        case .code(let code, let label): code == "名称变更" ? code : label ?? code
        default: nil
        }
    }
}

extension RecordHistory {
    /// What was said and was not replaced by a later version that is true from the same day on, or from an earlier one.
    fileprivate var uncorrectedContents: [CreditRecord] {
        var contents: [CreditRecord] = []
        for content in countingVersions.compactMap(\.content) {
            // A version without a day of its own corrects the last one.
            guard let day = content.from?.firstDay else {
                contents.removeLast(min(1, contents.count))
                contents.append(content)
                continue
            }
            contents.removeAll { $0.from?.firstDay.map { $0 >= day } ?? false }
            contents.append(content)
        }
        return contents
    }
}
