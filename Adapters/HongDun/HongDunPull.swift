import AdapterKit
import CreditModel
import XMLFeed

/// One pull of one dataset: from the cursor on, and from the start again where it expired.
///
/// The position is `cursor`, `seen` (the greatest TS ever), `done` (a first read ended), and within a complete re-read
/// `reread`, `greatest` (the greatest TS that it showed) and `unreadable`; so a kill costs a page, and never the re-read.
final class HongDunPull {
    private let adapter: HongDunAdapter
    private let request: PullRequest
    private let type: RecordType
    private let client: FeedClient
    private let writer: PullWriter
    private var state: PositionState
    /// Cursors of this read, to find a circle.
    private var visited: Set<String> = []
    private var restarts = 0
    /// The greatest time of the present page's rows.
    private var latest: LocalTime?

    init(adapter: HongDunAdapter, request: PullRequest, type: RecordType, sink: any PullSink, state: PositionState) {
        self.adapter = adapter
        self.request = request
        self.type = type
        self.state = state
        client = FeedClient(request)
        writer = PullWriter(request, into: sink)
    }

    func run() throws(AdapterError) {
        writer.progress = progress
        while true {
            try client.checkStopped()
            let page: FeedPage
            do {
                page = try fetch()
            } catch {
                guard error.code == .expired else { throw error }
                try startAfresh()
                continue
            }
            if try take(page) { return }
        }
    }

    private var cursor: String { state[text: "cursor"] ?? "" }

    private var progress: SourceProgress {
        var incomplete: [String] = []
        if state[flag: "reread"] { incomplete.append("re-read") }
        if !state[flag: "done"] { incomplete.append("first-read") }
        if state[flag: "lastUnreadable"] { incomplete.append("unreadable-keys") }
        return SourceProgress(completeUpTo: state[time: "complete"], incomplete: incomplete)
    }

    // MARK: Asking

    private func fetch() throws(AdapterError) -> FeedPage {
        let limit = min(1000, max(1, adapter.configuration.pageSize ?? 1000))
        let after = PercentEncoding.query(cursor)
        let url = "\(adapter.configuration.baseURL)/api/\(request.dataset.name).xml?after=\(after)&limit=\(limit)"
        let headers = [(name: "X-Access-Token", value: adapter.token.reveal)]
        return try client.page(shape: FeedShape(root: "RESULT", row: "ROW")) {
            FeedRequest(.get, url, headers: headers)
        } check: { page throws(AdapterError) in
            try check(page)
        }
    }

    private func check(_ page: FeedPage) throws(AdapterError) {
        try Self.checkCode(page.head)
        guard let (next, more) = Self.next(page.head) else {
            throw AdapterError(.malformed, "红盾's answer names no next cursor.")
        }
        if more, next == cursor || visited.contains(next) {
            throw AdapterError(.malformed, "红盾's cursor does not move on though there is more.")
        }
    }

    static func next(_ head: FeedHead) -> (next: String, more: Bool)? {
        guard let page = head.element("PAGE"), let next = page.attribute("NEXT"), !next.isEmpty,
            let more = page.attribute("MORE"), more == "0" || more == "1"
        else { return nil }
        return (next, more == "1")
    }

    static func checkCode(_ head: FeedHead) throws(AdapterError) {
        switch head.attribute("CODE") {
        case "0": return
        case "1001": throw AdapterError(.unauthorised, "红盾 refuses the token; set sources.hongdun.token.")
        case "1002": throw AdapterError(.expired, "红盾's cursor expired; it is read again from the start.")
        case "2001":
            let seconds = head.attribute("RETRY").flatMap { Int($0) }.map { min(max($0, 0), 86_400) }
            throw AdapterError(.busy, "红盾 is busy.", retryAfter: seconds.map { $0 * 1000 })
        case "3001": throw AdapterError(.rejected, "红盾 refuses a parameter of the request.")
        case "9999": throw AdapterError(.busy, "红盾 reports an internal error.")
        case let code: throw AdapterError(.malformed, "红盾's answer has the unknown code \(code?.prefix(20) ?? "none").")
        }
    }

    // MARK: Reading

    private func startAfresh() throws(AdapterError) {
        restarts += 1
        // A start that expires at once, again and again, is no expiry.
        guard restarts <= 5 else { throw AdapterError(.busy, "红盾's cursors expire faster than they can be read.") }
        visited = []
        state[text: "cursor"] = nil
        state[flag: "reread"] = true
        state[time: "greatest"] = nil
        state[flag: "unreadable"] = false
        writer.progress = progress
        try writer.flush(events: [.completeReadBegan], position: state.position)
    }

    /// - Returns: whether the agency has nothing more.
    private func take(_ page: FeedPage) throws(AdapterError) -> Bool {
        guard let (next, more) = Self.next(page.head) else {
            throw AdapterError(.malformed, "红盾's answer names no next cursor.")
        }
        writer.noteStrays(in: page.head, knowing: ["PAGE"])
        let document = "\(request.dataset) after=\(cursor)"
        for item in page.items {
            switch item {
            case .row(let row): try take(row, document)
            case .broken(let row):
                let time = row.scannedAttribute("TS").flatMap { LocalTime(KeyText.trimmed($0)) }
                note(time: time)
                let key = type.key(of: row)
                if key == nil { state[flag: "unreadable"] = true }
                let sequence = row.scannedAttribute("SEQ").flatMap { Int64(KeyText.trimmed($0)) }
                try writer.add(
                    FaultyRow(row, document: document, key: key, modified: time, sequence: sequence ?? .max)
                )
            }
        }
        keepTimes()
        visited.insert(next)
        state[text: "cursor"] = next
        var events: [PullEvent] = []
        if !more { events = finish() }
        writer.progress = progress
        try writer.flush(events: events, position: state.position)
        return !more
    }

    private func finish() -> [PullEvent] {
        var events: [PullEvent] = []
        if state[flag: "reread"] {
            let unreadable = state[flag: "unreadable"]
            // A read that showed nothing has no time, and so withdraws nothing.
            let time = state[time: "greatest"] ?? LocalTime(seconds: 0)
            events = [.completeReadEnded(time: time, sequence: -1, hadUnreadableKeys: unreadable)]
            state[flag: "lastUnreadable"] = unreadable
        }
        state[flag: "reread"] = false
        state[flag: "unreadable"] = false
        state[time: "greatest"] = nil
        state[flag: "done"] = true
        state[time: "complete"] = state[time: "seen"]
        return events
    }

    private func note(time: LocalTime?) {
        guard let time else { return }
        if latest.map({ $0 < time }) ?? true { latest = time }
    }

    /// Keeps in the state what the page's rows told of times: once a page, as the state keeps texts.
    private func keepTimes() {
        guard let time = latest else { return }
        latest = nil
        if state[flag: "reread"], state[time: "greatest"].map({ $0 < time }) ?? true { state[time: "greatest"] = time }
        if state[time: "seen"].map({ $0 < time }) ?? true { state[time: "seen"] = time }
    }

    private func take(_ row: FeedRow, _ document: String) throws(AdapterError) {
        let time = HongDunAdapter.marks.time(of: row)
        note(time: time)
        let place = RowPlace(document: document, row: row.row, line: row.line)
        let record: SourceRecord
        do {
            record = try HongDunAdapter.record(row, of: request.dataset, type, place: place)
        } catch {
            let key = type.key(of: row.fields)
            if key == nil { state[flag: "unreadable"] = true }
            let sequence = row.attribute("SEQ").flatMap { Int64($0) } ?? .max
            return try writer.add(
                FaultyRow(
                    row,
                    place: place,
                    key: key,
                    modified: time,
                    sequence: sequence,
                    error,
                    limits: request.limits
                )
            )
        }
        try writer.add(record)
    }
}
