import CreditModel

/// A shown record of the enterprise in one of its roles: what the profile's `records` lists.
///
/// A class, since it is sorted and read many times: a copy of a struct that holds so much would retain every part.
final class MergeRecord {
    let dataset: DatasetID
    let role: Role
    /// The key as the profile shows it.
    let shownKey: String
    /// Whether ``shownKey`` is a digest.
    let isKeyHidden: Bool
    let history: RecordHistory
    /// The version that counts, and what it says.
    let version: RecordVersion
    let content: CreditRecord
    /// What it had said until the day of the profile, the oldest first, where that day lies in the past; else nil.
    let told: [Stretch]?

    init(
        history: RecordHistory,
        role: Role,
        shownKey: String,
        isKeyHidden: Bool,
        version: RecordVersion,
        content: CreditRecord,
        told: [Stretch]? = nil
    ) {
        self.dataset = history.dataset
        self.role = role
        self.shownKey = shownKey
        self.isKeyHidden = isKeyHidden
        self.history = history
        self.version = version
        self.content = content
        self.told = told
    }

    /// The same record as it spoke of a past day: by the last of these stretches.
    convenience init(_ record: MergeRecord, as last: Stretch, after told: [Stretch]) {
        self.init(
            history: record.history,
            role: record.role,
            shownKey: record.shownKey,
            isKeyHidden: record.isKeyHidden,
            version: last.version,
            content: last.content,
            told: told
        )
    }

    /// The day from which it is true; the least of all where it does not say.
    var firstDay: Int32 { content.from?.firstDay?.number ?? .min }

    /// The order of `records`: a function of what is shown, so that a hidden key tells nothing by its place.
    static func precedes(_ a: MergeRecord, _ b: MergeRecord) -> Bool {
        if a.dataset != b.dataset { return a.dataset < b.dataset }
        if a.isKeyHidden != b.isKeyHidden { return b.isKeyHidden }
        if a.shownKey != b.shownKey { return a.shownKey.utf8.lexicographicallyPrecedes(b.shownKey.utf8) }
        return a.role < b.role
    }

    /// Whether this record's word is newer than another's of the same source: by what is true later, then said later.
    func isNewer(than other: MergeRecord) -> Bool {
        if firstDay != other.firstDay { return firstDay > other.firstDay }
        if version.modified != other.version.modified { return version.modified > other.version.modified }
        return version.digest > other.version.digest
    }
}

/// Finds the records that a decision names, and shows their keys.
struct RecordSelection {
    let restrictedDigest: DigestFunction

    /// Keys longer than this are shown by their digest: a profile must hold the key of every record that it names.
    ///
    /// An authority's name, a document's number and an enterprise's name, each as long as they come, are two thirds of it.
    private static let longestKey = 600

    private struct Place: Hashable {
        let dataset: DatasetID
        let key: RecordKey
    }

    /// The shown records that the decision names, in the profile's order; test rows are never among them.
    func records(of decision: EnterpriseDecision, among histories: [RecordHistory]) -> [MergeRecord] {
        var places: [Place: Int] = [:]
        places.reserveCapacity(histories.count)
        for (index, history) in histories.enumerated() {
            places[Place(dataset: history.dataset, key: history.key)] = index
        }
        var records: [MergeRecord] = []
        records.reserveCapacity(decision.members.count)
        for member in decision.members {
            guard let index = places[Place(dataset: member.record.dataset, key: member.record.key)],
                histories[index].isShown, let version = histories[index].current, let content = version.content,
                !content.isTest
            else { continue }
            records.append(record(histories[index], role: member.record.role, version: version, content: content))
        }
        records.sort(by: MergeRecord.precedes)
        return records
    }

    private func record(
        _ history: RecordHistory,
        role: Role,
        version: RecordVersion,
        content: CreditRecord
    ) -> MergeRecord {
        let key = history.key.text
        let isHidden = history.hasRestrictedKey || key.utf8.count > RecordSelection.longestKey
        return MergeRecord(
            history: history,
            role: role,
            shownKey: isHidden ? hidden(key, of: history.dataset) : key,
            isKeyHidden: isHidden,
            version: version,
            content: content
        )
    }

    private func hidden(_ key: String, of dataset: DatasetID) -> String {
        "hmac:" + ShortDigest.text(of: restrictedDigest(Array("suixin/key/\(dataset)/\(key)".utf8)))
    }
}
