import AdapterKit
import CreditModel

/// One pull of one dataset, window by window until one reaches past the agency's own time.
///
/// Rows that are modified meanwhile leave their page and the others slide, so page numbers are not trusted: after a page
/// the window starts again at the greatest `XGSJ` on it, inclusively. Only a second that fills a page is read in
/// another way, ``readSecond(_:)``.
/// The position is `last` (the greatest `XGSJ` received), `complete`, `done` and `announcements`.
final class StateTaxPull {
    private let request: PullRequest
    private let type: RecordType
    private let client: FeedClient
    private let service: StateTaxService
    private let writer: PullWriter
    private var state: PositionState
    private var announcements: Announcements?
    private let since: LocalTime

    init(adapter: StateTaxAdapter, request: PullRequest, type: RecordType, sink: any PullSink, state: PositionState) {
        self.request = request
        self.type = type
        self.state = state
        client = FeedClient(request)
        service = StateTaxService(adapter: adapter, dataset: request.dataset.name, client: client)
        writer = PullWriter(request, into: sink)
        since = LocalTime(adapter.configuration.since ?? Day(number: 10_957))  // 2000-01-01
        if request.dataset.name == "QSGG" {
            announcements = Announcements(
                office: "ZGSWJG_DM",
                day: "GGRQ",
                name: "NSRMC",
                latest: state[days: "announcements"]
            )
        }
    }

    private static let window: Int64 = 31 * 86_400

    func run() throws(AdapterError) {
        tell()
        var start = state[time: "last"] ?? since
        while true {
            let end = LocalTime(seconds: start.seconds + Self.window)
            let now = try readWindow(from: start, to: end)
            guard end <= now else {
                state[flag: "done"] = true
                state[time: "complete"] = max(now, state[time: "complete"] ?? now)
                tell()
                return try writer.flush(position: state.position)
            }
            start = end
        }
    }

    private func tell() {
        if let announcements { state[days: "announcements"] = announcements.latest }
        writer.progress = SourceProgress(
            completeUpTo: state[time: "complete"],
            incomplete: state[flag: "done"] ? [] : ["first-read"],
            announcements: announcements?.latest ?? [:]
        )
    }

    /// - Returns: the agency's time at the answer after which nothing was left in the window.
    private func readWindow(from start: LocalTime, to end: LocalTime) throws(AdapterError) -> LocalTime {
        var question = StateTaxQuestion(from: start, to: end)
        while true {
            try client.checkStopped()
            let answer = try service.ask(question)
            let greatest = try take(answer, question)
            try commit()
            guard answer.pages > question.page else { return answer.now }
            if let greatest, greatest > question.from {
                question = StateTaxQuestion(from: greatest, to: end)
            } else if greatest == question.from {
                let now = try readSecond(question.from)
                question = StateTaxQuestion(from: LocalTime(seconds: question.from.seconds + 1), to: end)
                if question.from >= end { return now }
            } else {
                // No row of the page tells its time: there is nothing better than the next page.
                question.page += 1
            }
        }
    }

    /// Reads a second that fills more than a page.
    ///
    /// No second holds more rows than the widest page, so that one is asked for. Where doubled rows fill more, a row that
    /// leaves may slide another past us while one that is doubled keeps the total: such a second is read until two rounds
    /// with a steady total showed nothing new.
    private func readSecond(_ second: LocalTime) throws(AdapterError) -> LocalTime {
        var known: Set<[UInt8]> = []
        var quietRounds = 0
        for _ in 0..<40 {
            let before = known.count
            var question = StateTaxQuestion(from: second, to: LocalTime(seconds: second.seconds + 1), isWidest: true)
            var answer = try service.ask(question)
            let total = answer.total
            var isSteady = true
            while true {
                try client.checkStopped()
                _ = try take(answer, question)
                try commit()
                for item in answer.items { known.insert(item.original) }
                guard answer.pages > question.page else { break }
                question.page += 1
                answer = try service.ask(question)
                if answer.total != total { isSteady = false }
            }
            if question.page == 1 { return answer.now }
            quietRounds = isSteady && known.count == before ? quietRounds + 1 : 0
            if quietRounds == 2 { return answer.now }
        }
        throw AdapterError(
            .busy,
            "国税's rows of \(second.spaced) move faster than they can be read; they are asked for again later."
        )
    }

    private func commit() throws(AdapterError) {
        tell()
        try writer.flush(position: state.position)
    }

    /// - Returns: the greatest time on the page that lies in its window.
    private func take(_ answer: StateTaxAnswer, _ question: StateTaxQuestion) throws(AdapterError) -> LocalTime? {
        let document = "\(request.dataset) \(question.from.spaced)–\(question.to.spaced) page \(question.page)"
        writer.noteStrays(in: answer.head, knowing: StateTaxAnswer.elements)
        var greatest: LocalTime?
        for item in answer.items {
            let time: LocalTime?
            switch item {
            case .row(let row): time = try take(row, document)
            case .broken(let row):
                time = row.scannedElement("XGSJ").flatMap { LocalTime(KeyText.trimmed($0)) }
                try writer.add(FaultyRow(row, document: document, key: type.key(of: row), modified: time))
            }
            guard let time, time >= question.from, time < question.to else { continue }
            if greatest.map({ $0 < time }) ?? true { greatest = time }
        }
        if let greatest, state[time: "last"].map({ $0 < greatest }) ?? true { state[time: "last"] = greatest }
        return greatest
    }

    private func take(_ row: FeedRow, _ document: String) throws(AdapterError) -> LocalTime? {
        let place = RowPlace(document: document, row: row.row, line: row.line)
        let record: SourceRecord
        do {
            record = try StateTaxAdapter.record(row, of: request.dataset, type, place: place)
        } catch {
            let key = type.key(of: row.fields)
            let time = StateTaxAdapter.marks.time(of: row)
            try writer.add(FaultyRow(row, place: place, key: key, modified: time, error, limits: request.limits))
            return time
        }
        announcements?.note(record)
        try writer.add(record)
        return record.modified
    }
}
