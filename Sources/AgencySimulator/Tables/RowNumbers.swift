/// How the places of rows on disk and the numbers that they are known by belong together.
///
/// A row that was planned lies at the place of its number times ``spacing``. What a restless agency adds lies in the room
/// after the last planned row that is visible, so that nothing that is to come has to make room: the numbers of what comes
/// later are only counted on.
struct RowNumbers: Sendable {
    /// Rows may come between two planned ones, one fewer than this.
    static let spacing: Int64 = 1 << 20

    /// After how many planned rows there are added ones, and how many; ascending.
    private(set) var rooms: [(planned: Int64, added: Int64)] = []

    /// Where the row of this number lies, or would lie.
    func place(of number: Int64) -> Int64 {
        var added: Int64 = 0
        for room in rooms {
            let inside = number - room.planned - added
            if inside <= 0 { break }
            if inside <= room.added { return room.planned * Self.spacing + inside }
            added += room.added
        }
        return (number - added) * Self.spacing
    }

    /// The number of the row that lies there.
    func number(at place: Int64) -> Int64 {
        let (planned, inside) = place.quotientAndRemainder(dividingBy: Self.spacing)
        return rooms.reduce(planned + inside) { $1.planned < planned ? $0 + $1.added : $0 }
    }

    /// Counts one row more after the last visible one, whose number is `last`.
    /// - Returns: where it lies.
    mutating func add(after last: Int64) -> Int64 {
        let planned = place(of: last) / Self.spacing
        if rooms.last?.planned == planned {
            rooms[rooms.count - 1].added += 1
        } else {
            rooms.append((planned, 1))
        }
        return place(of: last + 1)
    }
}
