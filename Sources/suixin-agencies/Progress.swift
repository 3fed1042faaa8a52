import Foundation
import Glibc
import Synchronization

/// The share of the index that is built, on a terminal only.
enum Progress {
    static func shown() -> @Sendable (Double) -> Void {
        guard isatty(STDERR_FILENO) == 1 else { return { _ in } }
        let last = Last()
        return { share in
            let percent = Int(share * 100)
            guard last.percent.exchange(percent, ordering: .relaxed) != percent else { return }
            let end = percent == 100 ? "\n" : ""
            FileHandle.standardError.write(Data("\rBuilding the agencies' tables: \(percent) %\(end)".utf8))
        }
    }

    private final class Last: Sendable {
        let percent = Atomic<Int>(-1)
    }
}

extension FileHandle {
    /// Lets a reader of a pipe see what was printed.
    func synchronizeIfPossible() throws {
        _ = fflush(nil)
    }
}
