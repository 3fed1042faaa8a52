import AdapterKit
import CreditModel
import XMLFeed

/// One pull of one dataset: always the rows from the last second on, until an answer holds all that are left.
///
/// Rows slide between pages and their order within a second changes, so `start` stays 0: after each page the query begins
/// at the greatest `gxsj` on it. Only a second that fills a page is paged by `start`, over and over until nothing new comes.
/// The position is `last` (the greatest `gxsj` received), `done` and `announcements`.
final class LocalTaxPull {
    private let adapter: LocalTaxAdapter
    private let request: PullRequest
    private let type: RecordType
    private let client: FeedClient
    private let writer: PullWriter
    private var state: PositionState
    private var announcements: Announcements?

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
            let page = try ask(from: from, start: start)
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

    /// Reads a second that fills more than a page: its pages may repeat and omit rows, so they are read until two
    /// rounds showed nothing new.
    private func readSecond(_ second: LocalTime) throws(AdapterError) {
        var known: Set<[UInt8]> = []
        var quietRounds = 0
        for _ in 0..<40 where quietRounds < 2 {
            let before = known.count
            var start = 0
            while true {
                try client.checkStopped()
                let page = try ask(from: second, start: start)
                let seen = try take(page, from: second)
                try commit()
                known.formUnion(seen.ofSecond)
                // A doubled row may make a page longer than what it covers; to read a row twice does no harm.
                start += min(page.items.count, page.rows)
                // The rows of the second come first; the first later one ends it.
                if page.items.isEmpty || start >= page.total || seen.greatest.map({ $0 > second }) ?? false { break }
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

    private func ask(from: LocalTime, start: Int) throws(AdapterError) -> Answer {
        let rows = min(1000, max(1, adapter.configuration.pageSize ?? 1000))
        let base = adapter.configuration.baseURL
        let type = PercentEncoding.query(request.dataset.name)
        let url = "\(base)/dsws/query.do?type=\(type)&start=\(start)&rows=\(rows)&lastTime=\(from.compact)"
        let page = try client.page(shape: FeedShape(root: "rs", row: "r")) {
            FeedRequest(.get, url, user: adapter.user, password: adapter.password)
        } check: { page throws(AdapterError) in
            _ = try Self.answer(page, start, rows)
        }
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
                time = row.scannedAttribute("gxsj").flatMap { LocalTime(KeyText.trimmed($0)) }
                bytes = row.original
                try writer.add(FaultyRow(row, document: document, key: type.key { row.scannedAttribute($0) }))
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
            try writer.add(FaultyRow(row, place: place, key: key, error, limits: request.limits))
            return LocalTaxAdapter.marks.time(of: row)
        }
        announcements?.note(record)
        try writer.add(record)
        return record.modified
    }
}

extension FeedItem {
    /// The row's bytes.
    fileprivate var original: [UInt8] {
        switch self {
        case .row(let row): row.original
        case .broken(let row): row.original
        }
    }
}
