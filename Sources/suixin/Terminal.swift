internal import AdapterKit
internal import CanonicalJSON
internal import Foundation
internal import Signing
internal import Synchronization

/// What goes to the person or the script at the other end: results to standard output, everything else to standard error.
enum Terminal {
    /// Whether standard error is a terminal, where progress is welcome.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func print(_ text: String) { print(bytes: Array(text.utf8)) }

    /// One JSON document on one line.
    static func print(json value: JSONValue) { print(bytes: value.canonical) }

    /// One line; where it cannot be written, as on a full disk, the command has failed.
    static func print(bytes: [UInt8]) {
        do {
            let output = DurableFile()
            try output.write(bytes + [0x0A])
            try output.commit()
        } catch {
            complain("suixin: \(error)")
            Foundation.exit(ExitStatus.failure.rawValue)
        }
    }

    /// A line of its own, over whatever progress stands on a terminal.
    static func complain(_ text: String) { tell((isInteractive ? "\r\u{1B}[K" : "") + text + "\n") }

    /// To standard error; where that is closed or full, there is nobody left to tell.
    static func tell(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    /// What is shown in place of control characters: an agency's text must not drive a terminal.
    static func plain(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }

    /// Columns of equal width, the last one ragged; Chinese characters take two places.
    static func table(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
        guard let count = rows.map(\.count).max() else { return "" }
        let widths = (0..<count).map { column in rows.map { $0.count > column ? width($0[column]) : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let blanks = String(repeating: " ", count: widths[column] - width(text))
                if rightAligned.contains(column) { return blanks + text }
                return text + blanks
            }.joined(separator: "  ").trimmingSuffix { $0 == " " }
        }.joined(separator: "\n")
    }

    private static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (0x1100...0x115F ~= $1.value || 0x2E80...0xFFE6 ~= $1.value ? 2 : 1) }
    }

    /// Of an agency's text what may be printed, on one line.
    static func redacted(_ text: String) -> String { plain(Redaction.text(text)) }

    /// Of a name or a code that an agency sent what may be printed: older stores hold it as it came.
    static func label(_ text: String) -> String { plain(Redaction.label(text)) }

    /// 1234567 as `1,234,567`.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(abs(number)).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}

extension String {
    /// Without the characters at the end that match.
    fileprivate func trimmingSuffix(_ matches: (Character) -> Bool) -> String {
        guard let last = lastIndex(where: { !matches($0) }) else { return "" }
        return String(self[...last])
    }
}

/// One line on a terminal that is written over as work goes on; silent in a pipe.
final class ProgressLine: Sendable {
    private let last = Mutex(ContinuousClock.now - .seconds(1))

    /// Shows a state, at most ten times a second.
    func show(_ text: @autoclosure () -> String) {
        guard Terminal.isInteractive else { return }
        let isDue = last.withLock { last in
            guard ContinuousClock.now - last > .milliseconds(100) else { return false }
            last = .now
            return true
        }
        if isDue { Terminal.tell("\r\u{1B}[K\(text())") }
    }

    /// Takes the line away.
    func clear() {
        if Terminal.isInteractive { Terminal.tell("\r\u{1B}[K") }
    }
}
