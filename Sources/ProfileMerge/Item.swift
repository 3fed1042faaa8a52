import CreditModel

/// A record as an item of a list.
struct Item {
    /// Its place in the profile's `records`.
    let record: Int
    let role: Role
    let content: CreditRecord
    /// Whether it is in force on the day of the merge; nil where that is no question.
    let isInForce: Bool?
    /// What it said before, the newest first.
    let history: [Stretch]
}

/// Makes the lists: each record of a list's datasets is an item, the newest first.
struct ItemMerge {
    let policy: MergePolicy
    let records: [MergeRecord]
    let day: Day
    /// Records that are no items, since they begin after the day: they only tell what was before them.
    let later: Set<Int>
    /// The next day on which an item comes into force or ends.
    private(set) var nextDay: Day?
    /// The last day, up to the day of the merge, on which an item came into force or ended.
    private(set) var sinceDay: Day?

    init(policy: MergePolicy, records: [MergeRecord], day: Day, later: Set<Int> = []) {
        self.policy = policy
        self.records = records
        self.day = day
        self.later = later
    }

    /// The items of every section of the policy.
    mutating func items(sectionOf: [DatasetID: Int]) -> [[Item]] {
        var sections: [[Item]] = Array(repeating: [], count: policy.items.count)
        for (index, record) in records.enumerated() {
            guard let section = sectionOf[record.dataset], !later.contains(index) else { continue }
            sections[section].append(item(record, at: index, force: policy.items[section].force))
        }
        for section in sections.indices where sections[section].count > 1 {
            sections[section].sort { precedes($0.record, $1.record) }
        }
        return sections
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        if records[a].isNewer(than: records[b]) { return true }
        return records[b].isNewer(than: records[a]) ? false : a < b
    }

    private mutating func item(_ record: MergeRecord, at index: Int, force: MergePolicy.Force) -> Item {
        let stretches = Timeline.stretches(of: record, datedByRow: false)
        return Item(
            record: index,
            role: record.role,
            content: record.content,
            isInForce: isInForce(record.content, force),
            history: stretches.count > 1 ? stretches.dropLast().reversed() : []
        )
    }

    /// Whether it is in force on the day; notes when that changes by itself.
    private mutating func isInForce(_ content: CreditRecord, _ force: MergePolicy.Force) -> Bool? {
        switch force {
        case .untold: return nil
        case .inPeriod: break
        case .inPeriodAndState(let expected):
            if let state = content.facts.first(where: { $0.field == "state" })?.value.plainText, state != expected {
                return false
            }
        }
        if content.to == nil, content.hasUnreadableEnd { return nil }
        if let last = content.to?.lastDay, last < day {
            if content.from?.firstDay.map({ $0 <= last }) ?? true { note(last.adding(days: 1)) }
            return false
        }
        if let start = content.from?.firstDay, start > day {
            if content.to?.lastDay.map({ $0 >= start }) ?? true { note(start) }
            return false
        }
        if let start = content.from?.firstDay { note(start) }
        if let last = content.to?.lastDay { note(last.adding(days: 1)) }
        return true
    }

    private mutating func note(_ change: Day) {
        if change > day { nextDay = min(nextDay ?? change, change) } else { sinceDay = max(sinceDay ?? change, change) }
    }
}

extension CreditRecord {
    /// Whether it says when it ends, but not so that it can be read: it may have ended.
    fileprivate var hasUnreadableEnd: Bool {
        facts.contains { fact in
            guard fact.field == "to" || fact.field == "validTo", case .text = fact.value else { return false }
            return true
        }
    }
}
