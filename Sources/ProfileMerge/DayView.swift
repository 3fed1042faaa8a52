import CreditModel

/// An enterprise's records as they speak of a day: of the present one, or of one that is past.
struct DayView {
    /// In the profile's order; places elsewhere are places in here.
    let records: [MergeRecord]
    /// What was altered until the day, the oldest first.
    let alterations: [Alteration]
    /// The first alterations after the day that say what was before them, by field, where no register says it better.
    private(set) var following: [String: Alteration] = [:]

    /// The records that begin after the day, and are there only for what they say was before.
    var later: Set<Int> { Set(following.values.map(\.record)) }
    /// Whether nothing is known to have been true on the day.
    var isEmpty: Bool { records.isEmpty }

    /// The records as they are now.
    init(present records: [MergeRecord], policy: MergePolicy) {
        self.records = records
        alterations = Alteration.all(in: records, policy: policy)
    }

    /// The records as they spoke of a past day.
    init(of present: [MergeRecord], on day: Day, policy: MergePolicy) {
        var records = present.compactMap { Self.record($0, on: day, policy: policy) }
        let all = Alteration.all(in: present, policy: policy)
        let following = Self.existed(present, on: day) ? Self.following(day, among: all, in: records) : []
        guard !records.isEmpty || !following.isEmpty else {
            (self.records, alterations) = ([], [])
            return
        }
        records += following.map { present[$0.record] }
        records.sort(by: MergeRecord.precedes)
        self.records = records
        let isLater = { (alteration: Alteration) in alteration.firstDay > day.number }
        let told = Alteration.all(in: records, policy: policy)
        alterations = told.filter { !isLater($0) }
        for alteration in told where isLater(alteration) && self.following[alteration.field] == nil {
            self.following[alteration.field] = alteration
        }
    }

    /// The record by the last stretch that begins by the day; nil where all begin after it.
    ///
    /// A record that does not say from when it is true is in every answer: leaving it out would make it look as if there
    /// were none.
    private static func record(_ record: MergeRecord, on day: Day, policy: MergePolicy) -> MergeRecord? {
        let stretches = Timeline.stretches(of: record, datedByRow: policy.datedByRow.contains(record.dataset))
        guard let last = stretches.lastIndex(where: { $0.from?.firstDay.map { $0 <= day } ?? true }) else { return nil }
        return MergeRecord(record, as: stretches[last], after: Array(stretches[...last]))
    }

    /// Whether the enterprise may have existed: no registry row says that it was established later.
    private static func existed(_ present: [MergeRecord], on day: Day) -> Bool {
        !present.contains { record in
            guard record.dataset == .registrations,
                case .date(let established)? = record.content.facts.first(where: {
                    $0.field == "registration.established"
                })?.value, let first = established.firstDay
            else { return false }
            return first > day
        }
    }

    /// Those of the alterations after the day that are needed to say what was on it.
    ///
    /// A register that spoke of the day is believed, unless what it says is what only a later alteration made.
    private static func following(_ day: Day, among all: [Alteration], in records: [MergeRecord]) -> [Alteration] {
        let later = all.filter { $0.firstDay > day.number }
        var needed: [Alteration] = []
        for field in Set(later.map(\.field)) {
            let ofField = later.filter { $0.field == field }
            guard let next = ofField.first, let before = next.before else { continue }
            let said = records.filter { $0.dataset == .registrations }.compactMap { record in
                record.content.facts.first { $0.field == "registration.\(field)" }?.value
            }
            let isAhead = said.contains { value in
                value != before.value && ofField.contains { $0.after?.value == value }
            }
            if said.isEmpty || isAhead { needed.append(next) }
        }
        return needed
    }
}
