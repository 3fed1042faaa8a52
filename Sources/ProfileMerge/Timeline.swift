import CreditModel

/// What a record said from a day on.
struct Stretch {
    /// True from; nil where the record does not say.
    var from: CreditDate?
    let version: RecordVersion
    let content: CreditRecord
}

/// What a record said when, made of its versions.
///
/// A new version with the same true-from is a correction and replaces what was said; one with a later true-from is a
/// change and makes history; one with an earlier true-from corrects everything said from that day on.
enum Timeline {
    /// Of a record, the oldest stretch first; the last is what it says now.
    static func stretches(of record: MergeRecord, datedByRow: Bool) -> [Stretch] {
        if let told = record.told { return told }
        let present = Stretch(from: record.content.from, version: record.version, content: record.content)
        guard record.history.versions.count > 1 else { return [present] }
        var stretches: [Stretch] = []
        for version in record.history.countingVersions {
            guard let content = version.content else { continue }
            let isFirst = stretches.isEmpty
            let from =
                datedByRow
                ? (isFirst ? record.content.from ?? content.from : .day(version.modified.day)) : content.from
            insert(Stretch(from: from, version: version, content: content), into: &stretches)
        }
        return stretches.isEmpty ? [present] : stretches
    }

    private static func insert(_ stretch: Stretch, into stretches: inout [Stretch]) {
        guard let day = stretch.from?.firstDay else {
            // Without a day of its own a version corrects the last one, and keeps its day.
            let from = stretches.popLast()?.from
            stretches.append(Stretch(from: from, version: stretch.version, content: stretch.content))
            return
        }
        while let last = stretches.last {
            guard let lastDay = last.from?.firstDay, lastDay < day else {
                stretches.removeLast()
                continue
            }
            break
        }
        stretches.append(stretch)
    }

    /// The last day before a date; nil where the date has none.
    static func dayBefore(_ date: CreditDate?) -> CreditDate? {
        date?.firstDay.map { .day($0.adding(days: -1)) }
    }
}
