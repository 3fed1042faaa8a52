import AdapterKit
import CreditModel

/// Turns a file's items into records and faults.
final class QualityRows {
    private let request: PullRequest
    private let type: RecordType
    private let writer: PullWriter
    private var file: ListedFile?
    private(set) var greatest: LocalTime?
    private(set) var hadUnreadableKeys = false

    init(request: PullRequest, type: RecordType, writer: PullWriter) {
        self.request = request
        self.type = type
        self.writer = writer
    }

    func begin(_ file: ListedFile) {
        self.file = file
        greatest = nil
        hadUnreadableKeys = false
    }

    private func note(time: LocalTime?) {
        if let time, greatest.map({ $0 < time }) ?? true { greatest = time }
    }

    func take(_ item: FeedItem) throws(AdapterError) {
        guard let file else { return }
        let document = QualityAdapter.document(request.dataset, file: file.name, number: file.number)
        switch item {
        case .broken(let row):
            let time = row.scannedAttribute("时间戳").flatMap { LocalTime(KeyText.trimmed($0)) }
            note(time: time)
            let key = type.key(of: row)
            if key == nil { hadUnreadableKeys = true }
            let sequence = QualityAdapter.sequence(file.number, row: row.row)
            try writer.add(FaultyRow(row, document: document, key: key, modified: time, sequence: sequence))
        case .row(let row):
            try take(row, RowPlace(document: document, row: row.row, line: row.line), file)
        }
    }

    private func take(_ row: FeedRow, _ place: RowPlace, _ file: ListedFile) throws(AdapterError) {
        let time = QualityAdapter.marks.time(of: row)
        note(time: time)
        let record: SourceRecord
        do {
            record = try QualityAdapter.record(row, of: request.dataset, type, file: file.number, place: place)
        } catch {
            let key = type.key(of: row.fields)
            if key == nil { hadUnreadableKeys = true }
            let sequence = QualityAdapter.sequence(file.number, row: row.row)
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
