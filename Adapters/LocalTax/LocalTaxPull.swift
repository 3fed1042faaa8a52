import AdapterKit
import CreditModel
import XMLFeed

/// One pull of one dataset: always the rows from the last second on, until an answer holds all that are left.
///
/// Rows slide between pages and their order within a second changes, so `start` stays 0: after each page the query begins
/// at the greatest `gxsj` on it. Only a second that fills a page is read in another way, ``readSecond(_:)``.
/// The position is `last` (the greatest `gxsj` received), `done` and `announcements`.
final class LocalTaxPull {
    private let adapter: LocalTaxAdapter
    private let request: PullRequest
    private let type: RecordType
    private let client: FeedClient
    private let writer: PullWriter
    private var state: PositionState
    private var announcements: Announcements?
    private var looks = BrokenLooks()

    /// The most rows that a page or a second holds.
    private static let widest = 1000
    private var pageSize: Int { min(Self.widest, max(1, adapter.configuration.pageSize ?? Self.widest)) }

    init(adapter: LocalTaxAdapter, request: PullRequest, type: RecordType, sink: any PullSink, state: PositionState) {
        self.adapter = adapter
        self.request = request
        self.type = type
        self.state = state
        client = FeedClient(request)
        writer = PullWriter(request, into: sink)
        if request.dataset.name == "qs" {
            announcements = Announcements(
                office: "swjg",
                day: "ggrq",
                name: "nsrmc",
                latest: state[days: "announcements"]
            )
        }
    }

    func run() throws(AdapterError) {
        tell()
        var from = state[time: "last"] ?? LocalTime(adapter.configuration.since ?? Day(number: 10_957))  // 2000-01-01
        var start = 0
        while true {
            try client.checkStopped()
            let page = try ask(from: from, start: start, rows: pageSize, comesAgain: Self.isInLastSecond)
            let seen = try take(page, from: from)
            if page.isLast { break }
            try commit()
            guard let greatest = seen.greatest else {
                // No row of the page tells its time: there is nothing better than the next page.
                start += page.rows
                continue
            }
            start = 0
            if greatest > from {
                from = greatest
            } else {
                try readSecond(from)
                from = LocalTime(seconds: from.seconds + 1)
            }
        }
        state[flag: "done"] = true
        try commit()
    }

    private func tell() {
        if let announcements { state[days: "announcements"] = announcements.latest }
        let isDone = state[flag: "done"]
        writer.progress = SourceProgress(
            completeUpTo: state[time: "last"],
            incomplete: isDone ? [] : ["first-read"],
            announcements: announcements?.latest ?? [:]
        )
    }

    private func commit() throws(AdapterError) {
        tell()
        try writer.flush(position: state.position)
    }

    /// Reads a second that fills more than a page.
    ///
    /// No second holds more rows than the widest page, so that one is asked for. Where an agency cuts it shorter, its
    /// pages may repeat and omit rows; they are read until two rounds showed nothing new, and more where a row was
    /// broken once and may come again.
    private func readSecond(_ second: LocalTime) throws(AdapterError) {
        looks = BrokenLooks()
        var known: Set<[UInt8]> = []
        var quietRounds = 0
        for _ in 0..<40 where quietRounds < (looks.awaitsRows ? 8 : 2) {
            let before = known.count
            var start = 0
            while true {
                try client.checkStopped()
                let page = try ask(from: second, start: start, rows: Self.widest, comesAgain: { _, _ in true })
                let seen = try take(page, from: second)
                try commit()
                known.formUnion(seen.ofSecond)
                // The rows of the second come first; the first later one ends it.
                let isEnd = seen.greatest.map { $0 > second } ?? false
                if start == 0, !seen.awaitsRows, isEnd || page.isLast { return }
                // A doubled row may make a page longer than what it covers; to read a row twice does no harm.
                start += min(page.items.count, pageSize)
                if page.items.isEmpty || start >= page.total || isEnd { break }
            }
            quietRounds = known.count == before ? quietRounds + 1 : 0
        }
        if quietRounds < 2 {
            throw AdapterError(
                .busy,
                "地税's rows of \(second.spaced) move faster than they can be read; asked for again later."
            )
        }
    }

    // MARK: Asking

    private struct Answer {
        var total: Int
        var start: Int
        /// Rows asked for.
        var rows: Int
        var items: [FeedItem]

        /// Whether nothing is left after this page.
        ///
        /// A full page with doubled rows on it may hold as many rows as there are and still lack some.
        var isLast: Bool {
            guard items.count >= total - start else { return false }
            return items.count < rows || Set(items.map(\.original)).count >= total - start
        }
    }

    /// Whether a row belongs to the second that a page ends in, where the next page begins.
    private static func isInLastSecond(_ page: Answer, _ row: BrokenRow) -> Bool {
        guard !page.isLast, let time = time(of: row) else { return false }
        return !page.items.contains { item in
            switch item {
            case .row(let other): LocalTaxAdapter.marks.time(of: other).map { $0 > time } ?? false
            case .broken(let other): Self.time(of: other).map { $0 > time } ?? false
            }
        }
    }

    private static func time(of row: BrokenRow) -> LocalTime? {
        row.scannedAttribute("gxsj").flatMap { LocalTime(KeyText.trimmed($0)) }
    }

    private func ask(
        from: LocalTime,
        start: Int,
        rows: Int,
        comesAgain: (Answer, BrokenRow) -> Bool
    ) throws(AdapterError) -> Answer {
        let base = adapter.configuration.baseURL
        let type = PercentEncoding.query(request.dataset.name)
        let url = "\(base)/dsws/query.do?type=\(type)&start=\(start)&rows=\(rows)&lastTime=\(from.compact)"
        let page = try client.page(
            shape: FeedShape(root: "rs", row: "r"),
            looks: &looks,
            comesAgain: { page, row in (try? Self.answer(page, start, rows)).map { comesAgain($0, row) } ?? false }
        ) {
            FeedRequest(.get, url, user: adapter.user, password: adapter.password)
        } check: { page throws(AdapterError) in
            _ = try Self.answer(page, start, rows)
        }
        writer.noteStrays(in: page.head, knowing: [])
        return try Self.answer(page, start, rows)
    }

    private static func answer(_ page: FeedPage, _ start: Int, _ rows: Int) throws(AdapterError) -> Answer {
        guard let total = page.head.attribute("total").flatMap({ Int($0) }), total >= 0 else {
            throw AdapterError(.malformed, "地税's answer lacks its total.")
        }
        if let answered = page.head.attribute("start"), Int(answered) != start {
            throw AdapterError(.malformed, "地税's answer starts elsewhere than asked.")
        }
        // The last row alone may be the other half of a pair that the page before showed whole.
        if page.items.isEmpty, total > (start == 0 ? 0 : start + 1) {
            throw AdapterError(.malformed, "地税's answer lacks the rows that it counts.")
        }
        return Answer(total: total, start: start, rows: rows, items: page.items)
    }

    // MARK: Reading

    private struct Seen {
        /// The greatest time on the page.
        var greatest: LocalTime?
        /// The bytes of the rows of the second that the query began at.
        var ofSecond: [[UInt8]] = []
        /// Whether a row was broken for the first time.
        var awaitsRows = false
    }

    private func take(_ page: Answer, from: LocalTime) throws(AdapterError) -> Seen {
        let document = "\(request.dataset) \(from.compact) start \(page.start)"
        var seen = Seen()
        for item in page.items {
            let time: LocalTime?
            let bytes: [UInt8]
            switch item {
            case .row(let row):
                time = try take(row, document)
                bytes = row.original
            case .broken(let row):
                time = Self.time(of: row)
                bytes = row.original
                if row.isFirstLook {
                    seen.awaitsRows = true
                } else {
                    let key = type.key { row.scannedAttribute($0) }
                    try writer.add(FaultyRow(row, document: document, key: key, modified: time))
                }
            }
            guard let time, time >= from else { continue }
            if time == from { seen.ofSecond.append(bytes) }
            if seen.greatest.map({ $0 < time }) ?? true { seen.greatest = time }
        }
        if let greatest = seen.greatest, state[time: "last"].map({ $0 < greatest }) ?? true {
            state[time: "last"] = greatest
        }
        return seen
    }

    private func take(_ row: FeedRow, _ document: String) throws(AdapterError) -> LocalTime? {
        let place = RowPlace(document: document, row: row.row, line: row.line)
        let record: SourceRecord
        do {
            record = try LocalTaxAdapter.record(row, of: request.dataset, type, place: place)
        } catch {
            let key = type.key(of: row.attributes)
            let time = LocalTaxAdapter.marks.time(of: row)
            try writer.add(FaultyRow(row, place: place, key: key, modified: time, error, limits: request.limits))
            return time
        }
        announcements?.note(record)
        try writer.add(record)
        return record.modified
    }
}
