<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>fieldmark::AboutDialog</name>
    <message>
        <source>About Fieldmark</source>
        <translation>Über Fieldmark</translation>
    </message>
    <message>
        <source>Fieldmark %1</source>
        <translation>Fieldmark %1</translation>
    </message>
    <message>
        <source>Finds look-alikes in your own pictures, on this computer.</source>
        <translation>Findet ähnliche Bilder im eigenen Bestand, auf diesem Computer.</translation>
    </message>
    <message>
        <source>Model:</source>
        <translation>Modell:</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>wird geladen …</translation>
    </message>
    <message>
        <source>Model hash:</source>
        <translation>Prüfsumme des Modells:</translation>
    </message>
    <message>
        <source>Feature:</source>
        <translation>Merkmal:</translation>
    </message>
    <message>
        <source>%1, %2 numbers</source>
        <comment>what is computed, of how many numbers</comment>
        <translation>%1, %2 Zahlen</translation>
    </message>
    <message>
        <source>Engine:</source>
        <translation>Rechenwerk:</translation>
    </message>
    <message>
        <source>Weights:</source>
        <translation>Gewichte:</translation>
    </message>
    <message>
        <source>Licence of the weights:</source>
        <translation>Lizenz der Gewichte:</translation>
    </message>
    <message>
        <source>Library:</source>
        <translation>Bibliothek:</translation>
    </message>
    <message>
        <source>Searchable:</source>
        <translation>Durchsuchbar:</translation>
    </message>
    <message>
        <source>%1 of %2 pictures</source>
        <translation>%1 von %2 Bildern</translation>
    </message>
    <message>
        <source>Qt:</source>
        <translation>Qt:</translation>
    </message>
    <message>
        <source>Fieldmark is free software under the Apache Licence 2.0. It stands on Qt (LGPL), LibTorch (BSD), OpenCV (Apache 2.0), hnswlib (Apache 2.0), SQLite (public domain), SQLiteCpp (MIT) and nlohmann-json (MIT).</source>
        <translation>Fieldmark ist freie Software unter der Apache-Lizenz 2.0. Es baut auf Qt (LGPL), LibTorch (BSD), OpenCV (Apache 2.0), hnswlib (Apache 2.0), SQLite (gemeinfrei), SQLiteCpp (MIT) und nlohmann-json (MIT) auf.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy these lines as text</source>
        <translation>Diese Zeilen als Text kopieren</translation>
    </message>
    <message>
        <source>About Qt</source>
        <translation>Über Qt</translation>
    </message>
</context>
<context>
    <name>fieldmark::ComparePane</name>
    <message>
        <source>Wheel zooms, drag moves, double click switches between the whole picture and its pixels</source>
        <translation>Mausrad zoomt, Ziehen verschiebt, Doppelklick wechselt zwischen ganzem Bild und Originalpixeln</translation>
    </message>
    <message>
        <source>Take this picture out of the comparison</source>
        <translation>Dieses Bild aus dem Vergleich nehmen</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Suchbild</translation>
    </message>
    <message>
        <source>a picture of the library</source>
        <translation>ein Bild der Bibliothek</translation>
    </message>
    <message>
        <source>a pasted picture</source>
        <translation>ein eingefügtes Bild</translation>
    </message>
    <message>
        <source>%1 · the part in the box</source>
        <translation>%1 · Ausschnitt im Rahmen</translation>
    </message>
    <message>
        <source>rank %1 · score %2</source>
        <comment>rank, score</comment>
        <translation>Rang %1 · Ähnlichkeit %2</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>Kein Bild</translation>
    </message>
</context>
<context>
    <name>fieldmark::CompareView</name>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Back to the matches</source>
        <translation>Zurück zu den Treffern</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Vorheriger Treffer</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>Nächster Treffer</translation>
    </message>
    <message>
        <source>First match</source>
        <translation>Erster Treffer</translation>
    </message>
    <message>
        <source>Last match</source>
        <translation>Letzter Treffer</translation>
    </message>
    <message>
        <source>Flip</source>
        <translation>Tauschen</translation>
    </message>
    <message>
        <source>Show the query in the match&apos;s place; hold the key to look only for a moment (F)</source>
        <translation>Suchbild an der Stelle des Treffers zeigen; Taste halten, um nur kurz hinzusehen (F)</translation>
    </message>
    <message>
        <source>Blink</source>
        <translation>Blinken</translation>
    </message>
    <message>
        <source>Query and match in turn in the same place, so that differences jump out (B)</source>
        <translation>Suchbild und Treffer abwechselnd an derselben Stelle, sodass Unterschiede ins Auge springen (B)</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Koppeln</translation>
    </message>
    <message>
        <source>Zoom and move all pictures together (L)</source>
        <translation>Alle Bilder gemeinsam zoomen und verschieben (L)</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Keep this match in view while going on to others (P)</source>
        <translation>Diesen Treffer im Blick behalten und zu anderen weitergehen (P)</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Pixel by pixel</source>
        <translation>Originalpixel</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>action, key</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>no match</source>
        <translation>kein Treffer</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <comment>rank, count</comment>
        <translation>%1 von %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::CropEditor</name>
    <message>
        <source>Part of the picture to search with</source>
        <translation>Ausschnitt des Bildes, mit dem gesucht wird</translation>
    </message>
    <message>
        <source>Drag a box around what matters. Arrow keys move it, Shift+arrows resize it, Backspace takes the whole picture.</source>
        <translation>Einen Rahmen um das Wesentliche ziehen. Pfeiltasten verschieben ihn, Umschalt+Pfeiltasten ändern seine Größe, die Rücktaste nimmt das ganze Bild.</translation>
    </message>
    <message>
        <source>the whole picture</source>
        <translation>das ganze Bild</translation>
    </message>
    <message>
        <source>%1 of the picture</source>
        <translation>%1 des Bildes</translation>
    </message>
    <message>
        <source>%1 pixels, %2 of the picture</source>
        <translation>%1 Pixel, %2 des Bildes</translation>
    </message>
</context>
<context>
    <name>fieldmark::FailedFilesDialog</name>
    <message>
        <source>Pictures that could not be read</source>
        <translation>Bilder, die nicht gelesen werden konnten</translation>
    </message>
    <message>
        <source>Failed files</source>
        <translation>Fehlgeschlagene Dateien</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the selected lines, or all, as text</source>
        <translation>Die ausgewählten oder alle Zeilen als Text kopieren</translation>
    </message>
    <message>
        <source>All pictures could be read.</source>
        <translation>Alle Bilder konnten gelesen werden.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) could not be read. The files were not changed.</source>
        <translation>
            <numerusform>Ein Bild konnte nicht gelesen werden. Die Datei wurde nicht verändert.</numerusform>
            <numerusform>%n Bilder konnten nicht gelesen werden. Die Dateien wurden nicht verändert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Retry all</source>
        <translation>Alle erneut versuchen</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alle kopieren</translation>
    </message>
</context>
<context>
    <name>fieldmark::FailedFilesModel</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>Ursache</translation>
    </message>
    <message>
        <source>What happened and what to do</source>
        <translation>Was geschehen ist und was hilft</translation>
    </message>
</context>
<context>
    <name>fieldmark::FieldDelegate</name>
    <message>
        <source>Value of %1</source>
        <translation>Wert von %1</translation>
    </message>
    <message>
        <source>several values</source>
        <translation>mehrere Werte</translation>
    </message>
</context>
<context>
    <name>fieldmark::FieldsModel</name>
    <message>
        <source>several values</source>
        <translation>mehrere Werte</translation>
    </message>
    <message>
        <source>The selected pictures differ here. A new value goes to all of them.</source>
        <translation>Die ausgewählten Bilder unterscheiden sich hier. Ein neuer Wert gilt für alle.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>field, value</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
</context>
<context>
    <name>fieldmark::FilterChips</name>
    <message>
        <source>Filters in force</source>
        <translation>Aktive Filter</translation>
    </message>
    <message>
        <source>Filter %1, remove</source>
        <translation>Filter %1, entfernen</translation>
    </message>
    <message>
        <source>Remove the filter %1 (Del)</source>
        <translation>Filter %1 entfernen (Entf)</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>Remove all filters</source>
        <translation>Alle Filter entfernen</translation>
    </message>
</context>
<context>
    <name>fieldmark::FilterField</name>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter by name, label or path</source>
        <translation>Nach Name, Beschriftung oder Pfad filtern</translation>
    </message>
    <message>
        <source>Words that a name, a label or a path must contain, or conditions such as species=Song Sparrow and Enter (Ctrl+L)</source>
        <translation>Wörter, die in Name, Beschriftung oder Pfad vorkommen müssen, oder Bedingungen wie species=Singammer und Enter (Strg+L)</translation>
    </message>
</context>
<context>
    <name>fieldmark::GalleryModel</name>
    <message>
        <source>picture %1</source>
        <translation>Bild %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>file name, collection</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1, from %2</source>
        <comment>a picture&apos;s label, its collection</comment>
        <translation>%1, aus %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::ImageView</name>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>Kein Bild</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
</context>
<context>
    <name>fieldmark::ImportBar</name>
    <message>
        <source>Import</source>
        <translation>Import</translation>
    </message>
    <message>
        <source>Import progress</source>
        <translation>Fortschritt des Imports</translation>
    </message>
    <message>
        <source>Show which pictures could not be read, and why</source>
        <translation>Zeigen, welche Bilder nicht gelesen werden konnten und warum</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop this import. What is done so far is kept.</source>
        <translation>Diesen Import abbrechen. Was bisher geschafft ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Stopping the import. What is done so far is kept.</source>
        <translation>Der Import wird abgebrochen. Was bisher geschafft ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Close this summary</source>
        <translation>Diese Zusammenfassung schließen</translation>
    </message>
    <message>
        <source>looking for pictures</source>
        <translation>Bilder werden gesucht</translation>
    </message>
    <message>
        <source>looking for pictures, %1 files seen</source>
        <translation>Bilder werden gesucht, %1 Dateien gesehen</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>wird abgeschlossen</translation>
    </message>
    <message>
        <source>paused at %1 of %2</source>
        <translation>angehalten bei %1 von %2</translation>
    </message>
    <message>
        <source>Importing: %1</source>
        <translation>Import: %1</translation>
    </message>
    <message>
        <source>Importing %1: %2</source>
        <translation>Import von %1: %2</translation>
    </message>
    <message>
        <source>Listing files</source>
        <translation>Dateien auflisten</translation>
    </message>
    <message>
        <source>Reading and decoding</source>
        <translation>Lesen und dekodieren</translation>
    </message>
    <message>
        <source>Computing features</source>
        <translation>Merkmale berechnen</translation>
    </message>
    <message>
        <source>Writing to the library</source>
        <translation>In die Bibliothek schreiben</translation>
    </message>
    <message>
        <source>%1: %2 done in %3</source>
        <translation>%1: %2 in %3</translation>
    </message>
    <message>
        <source>the slowest</source>
        <translation>am langsamsten</translation>
    </message>
    <message>
        <source>%1 added</source>
        <translation>%1 hinzugefügt</translation>
    </message>
    <message>
        <source>%1 updated</source>
        <translation>%1 aktualisiert</translation>
    </message>
    <message>
        <source>%1 moved</source>
        <translation>%1 verschoben</translation>
    </message>
    <message>
        <source>%1 missing</source>
        <translation>%1 nicht gefunden</translation>
    </message>
    <message>
        <source>%1 made searchable</source>
        <translation>%1 durchsuchbar gemacht</translation>
    </message>
    <message>
        <source>0 new</source>
        <translation>0 neu</translation>
    </message>
    <message>
        <source>%1 unchanged</source>
        <translation>%1 unverändert</translation>
    </message>
    <message>
        <source>labels for %1 of %2 rows</source>
        <translation>Beschriftungen für %1 von %2 Zeilen</translation>
    </message>
    <message>
        <source>cancelled; the %1 pictures done so far are kept and can be searched. Adding the folder again goes on from there.</source>
        <translation>abgebrochen; die bisher fertigen Bilder (%1) bleiben erhalten und sind durchsuchbar. Den Ordner erneut hinzufügen setzt dort fort.</translation>
    </message>
    <message>
        <source>Import: %1</source>
        <translation>Import: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>name of an import, what came of it</comment>
        <translation>%1: %2</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the label table name no picture here</source>
        <translation>
            <numerusform>%n Zeile der Beschriftungstabelle nennt kein Bild von hier</numerusform>
            <numerusform>%n Zeilen der Beschriftungstabelle nennen kein Bild von hier</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n fehlgeschlagen</numerusform>
            <numerusform>%n fehlgeschlagen</numerusform>
        </translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Go on with the import</source>
        <translation>Den Import fortsetzen</translation>
    </message>
    <message>
        <source>Stop for now; go on later from the same place</source>
        <translation>Vorerst anhalten; später an derselben Stelle fortsetzen</translation>
    </message>
</context>
<context>
    <name>fieldmark::Inspector</name>
    <message>
        <source>About the selected picture</source>
        <translation>Zum ausgewählten Bild</translation>
    </message>
    <message>
        <source>Select a picture to see what is known about it.</source>
        <translation>Ein Bild auswählen, um zu sehen, was darüber bekannt ist.</translation>
    </message>
    <message>
        <source>%1 pictures are selected. At most %2 can be edited together: select fewer.</source>
        <translation>%1 Bilder sind ausgewählt. Höchstens %2 lassen sich zusammen bearbeiten: bitte weniger auswählen.</translation>
    </message>
    <message>
        <source>What was searched with</source>
        <translation>Womit gesucht wurde</translation>
    </message>
    <message>
        <source>The query</source>
        <translation>Das Suchbild</translation>
    </message>
    <message>
        <source>The score is the cosine between query and match: 1 is the same picture. It ranks the matches of one query; it is no probability.</source>
        <translation>Die Ähnlichkeit ist der Kosinus zwischen Suchbild und Treffer: 1 ist dasselbe Bild. Sie ordnet die Treffer einer Suche; eine Wahrscheinlichkeit ist sie nicht.</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try to read the file again</source>
        <translation>Die Datei noch einmal lesen</translation>
    </message>
    <message>
        <source>Find look-alikes</source>
        <translation>Ähnliche suchen</translation>
    </message>
    <message>
        <source>Search the library with this picture</source>
        <translation>Die Bibliothek mit diesem Bild durchsuchen</translation>
    </message>
    <message>
        <source>Open in file manager</source>
        <translation>In der Dateiverwaltung öffnen</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>Pfad kopieren</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>Felder</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Give the picture another field, or one that others have</source>
        <translation>Dem Bild ein neues Feld geben oder eines, das andere schon haben</translation>
    </message>
    <message>
        <source>Add a field</source>
        <translation>Feld hinzufügen</translation>
    </message>
    <message>
        <source>No fields yet. Labels come from a table at import, or are added here.</source>
        <translation>Noch keine Felder. Beschriftungen kommen beim Import aus einer Tabelle oder werden hier hinzugefügt.</translation>
    </message>
    <message>
        <source>Fields of the picture</source>
        <translation>Felder des Bildes</translation>
    </message>
    <message>
        <source>Double click or F2 changes a value, Del removes it</source>
        <translation>Doppelklick oder F2 ändert einen Wert, Entf entfernt ihn</translation>
    </message>
    <message>
        <source>field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Name of the field</source>
        <translation>Name des Feldes</translation>
    </message>
    <message>
        <source>value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Value of the field</source>
        <translation>Wert des Feldes</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Setzen</translation>
    </message>
    <message>
        <source>Set this field (Enter)</source>
        <translation>Dieses Feld setzen (Enter)</translation>
    </message>
    <message numerus="yes">
        <source>%n pictures</source>
        <translation>
            <numerusform>%n Bild</numerusform>
            <numerusform>%n Bilder</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pictures selected</source>
        <translation>
            <numerusform>%n Bild ausgewählt</numerusform>
            <numerusform>%n Bilder ausgewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>rank %1 · score %2</source>
        <comment>rank, score</comment>
        <translation>Rang %1 · Ähnlichkeit %2</translation>
    </message>
    <message>
        <source>The file is gone, or its drive is not connected. Labels and vectors are kept.</source>
        <translation>Die Datei ist weg, oder ihr Laufwerk ist nicht angeschlossen. Beschriftungen und Merkmale bleiben erhalten.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>kind of error, sentence</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>fact, value</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Collection</source>
        <translation>Sammlung</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>%1 together</source>
        <translation>zusammen %1</translation>
    </message>
    <message numerus="yes">
        <source>%n collections</source>
        <translation>
            <numerusform>%n Sammlung</numerusform>
            <numerusform>%n Sammlungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be read</source>
        <translation>
            <numerusform>%n nicht lesbar</numerusform>
            <numerusform>%n nicht lesbar</numerusform>
        </translation>
    </message>
    <message>
        <source>“%1” is a name that Fieldmark uses itself. Choose another one for the field.</source>
        <translation>„%1“ ist ein Name, den Fieldmark selbst verwendet. Das Feld braucht einen anderen.</translation>
    </message>
    <message>
        <source>No file manager could be started for %1. Copy the path instead.</source>
        <translation>Für %1 ließ sich keine Dateiverwaltung starten. Stattdessen kann der Pfad kopiert werden.</translation>
    </message>
</context>
<context>
    <name>fieldmark::LibrarySidebar</name>
    <message>
        <source>Collections and labels</source>
        <translation>Sammlungen und Beschriftungen</translation>
    </message>
    <message>
        <source>Collections</source>
        <translation>Sammlungen</translation>
    </message>
    <message>
        <source>Add a folder of pictures (Ctrl+O)</source>
        <translation>Ordner mit Bildern hinzufügen (Strg+O)</translation>
    </message>
    <message>
        <source>Add a folder of pictures</source>
        <translation>Ordner mit Bildern hinzufügen</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Beschriftungen</translation>
    </message>
    <message>
        <source>Field whose values are listed</source>
        <translation>Feld, dessen Werte aufgelistet sind</translation>
    </message>
    <message>
        <source>No picture has a value here yet.</source>
        <translation>Hier hat noch kein Bild einen Wert.</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n picture(s)</source>
        <translation>
            <numerusform>%1, %n Bild</numerusform>
            <numerusform>%1, %n Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>All pictures</source>
        <translation>Alle Bilder</translation>
    </message>
    <message>
        <source>This folder cannot be reached now. Its pictures are shown from the cache and can still be searched.</source>
        <translation>Dieser Ordner ist zurzeit nicht erreichbar. Seine Bilder werden aus dem Zwischenspeicher gezeigt und bleiben durchsuchbar.</translation>
    </message>
    <message>
        <source>%1, not reachable</source>
        <comment>collection</comment>
        <translation>%1, nicht erreichbar</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Pictures that could not be read; the list says why</source>
        <translation>Bilder, die nicht gelesen werden konnten; die Liste nennt die Gründe</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Fehlend</translation>
    </message>
    <message>
        <source>Pictures whose file is gone from its folder; labels and look-alikes are kept until you remove them</source>
        <translation>Bilder, deren Datei nicht mehr in ihrem Ordner liegt; Beschriftungen und Merkmale bleiben erhalten, bis sie entfernt werden</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n picture(s). Click to show only these.</source>
        <translation>
            <numerusform>%1: %n Bild. Klicken, um nur dieses zu zeigen.</numerusform>
            <numerusform>%1: %n Bilder. Klicken, um nur diese zu zeigen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Look for new and changed pictures</source>
        <translation>Nach neuen und geänderten Bildern suchen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>The folder has moved…</source>
        <translation>Der Ordner ist umgezogen …</translation>
    </message>
    <message>
        <source>Where is this folder now?</source>
        <translation>Wo liegt dieser Ordner jetzt?</translation>
    </message>
    <message>
        <source>Remove from library…</source>
        <translation>Aus der Bibliothek entfernen …</translation>
    </message>
    <message>
        <source>Show the list with reasons</source>
        <translation>Liste mit Gründen zeigen</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
</context>
<context>
    <name>fieldmark::MainWindow</name>
    <message>
        <source>Add another picture to the query</source>
        <translation>Ein weiteres Bild zur Suche hinzufügen</translation>
    </message>
    <message>
        <source>This query has no answer</source>
        <translation>Diese Suche hat keine Antwort</translation>
    </message>
    <message>
        <source>See the message above, or choose another picture.</source>
        <translation>Siehe die Meldung oben, oder ein anderes Bild wählen.</translation>
    </message>
    <message>
        <source>Order of the pictures</source>
        <translation>Reihenfolge der Bilder</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Look-alikes</source>
        <translation>Ähnliche Bilder</translation>
    </message>
    <message numerus="yes">
        <source>The last import was interrupted: %n picture(s) cannot be searched yet.</source>
        <translation>
            <numerusform>Der letzte Import wurde unterbrochen: %n Bild ist noch nicht durchsuchbar.</numerusform>
            <numerusform>Der letzte Import wurde unterbrochen: %n Bilder sind noch nicht durchsuchbar.</numerusform>
        </translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>what was left</source>
        <translation>der Rest</translation>
    </message>
    <message>
        <source>No pictures found in what you hold</source>
        <translation>Hierin sind keine Bilder</translation>
    </message>
    <message numerus="yes">
        <source>Import %n picture(s)</source>
        <translation>
            <numerusform>%n Bild importieren</numerusform>
            <numerusform>%n Bilder importieren</numerusform>
        </translation>
    </message>
    <message>
        <source>They stay where they are; the library only remembers them.</source>
        <translation>Sie bleiben, wo sie sind; die Bibliothek merkt sie sich nur.</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Take “%1” with its labels out of the library? The files stay where they are.</source>
        <translation>„%1“ samt Beschriftungen aus der Bibliothek nehmen? Die Dateien bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Opening %1…</source>
        <translation>%1 wird geöffnet …</translation>
    </message>
    <message>
        <source>%1 is open for reading only: nothing can be added or changed.</source>
        <translation>%1 ist schreibgeschützt geöffnet: Hinzufügen und Ändern sind nicht möglich.</translation>
    </message>
    <message>
        <source>Open read-only</source>
        <translation>Schreibgeschützt öffnen</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Fieldmark</source>
        <translation>Fieldmark</translation>
    </message>
    <message>
        <source>%1 (read-only) – Fieldmark</source>
        <translation>%1 (schreibgeschützt) – Fieldmark</translation>
    </message>
    <message>
        <source>%1 – Fieldmark</source>
        <translation>%1 – Fieldmark</translation>
    </message>
    <message>
        <source>No library</source>
        <translation>Keine Bibliothek</translation>
    </message>
    <message>
        <source>All pictures</source>
        <translation>Alle Bilder</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Fehlend</translation>
    </message>
    <message numerus="yes">
        <source>%1 pictures</source>
        <translation>
            <numerusform>%1 Bild</numerusform>
            <numerusform>%1 Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>1 picture</source>
        <translation>1 Bild</translation>
    </message>
    <message>
        <source>%1 selected</source>
        <translation>%1 ausgewählt</translation>
    </message>
    <message>
        <source>Looking for pictures…</source>
        <translation>Bilder werden gesucht …</translation>
    </message>
    <message>
        <source>They appear here as soon as they are found.</source>
        <translation>Sie erscheinen hier, sobald sie gefunden sind.</translation>
    </message>
    <message>
        <source>No picture fits this filter</source>
        <translation>Kein Bild passt zu diesem Filter</translation>
    </message>
    <message>
        <source>Esc takes the filter away.</source>
        <translation>Esc hebt den Filter auf.</translation>
    </message>
    <message>
        <source>No pictures here</source>
        <translation>Hier sind keine Bilder</translation>
    </message>
    <message>
        <source>Drop a folder of pictures to add them.</source>
        <translation>Einen Ordner mit Bildern hierher ziehen, um sie hinzuzufügen.</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft …</translation>
    </message>
    <message>
        <source>The model is being loaded; the search begins by itself.</source>
        <translation>Das Modell wird geladen; die Suche beginnt von selbst.</translation>
    </message>
    <message>
        <source>No look-alike fits this filter</source>
        <translation>Kein ähnliches Bild passt zu diesem Filter</translation>
    </message>
    <message>
        <source>Remove a filter above to see more.</source>
        <translation>Oben einen Filter entfernen, um mehr zu sehen.</translation>
    </message>
    <message>
        <source>No look-alikes</source>
        <translation>Keine ähnlichen Bilder</translation>
    </message>
    <message>
        <source>Nothing in this library can be compared with it yet.</source>
        <translation>In dieser Bibliothek gibt es noch nichts zum Vergleichen.</translation>
    </message>
    <message>
        <source>&amp;Undo removing pictures</source>
        <translation>&amp;Rückgängig: Bilder entfernen</translation>
    </message>
    <message>
        <source>&amp;Undo %1</source>
        <translation>&amp;Rückgängig: %1</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo %1</source>
        <translation>&amp;Wiederholen: %1</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>This library is open for reading only, so nothing can be added.</source>
        <translation>Diese Bibliothek ist schreibgeschützt geöffnet; hinzufügen lässt sich nichts.</translation>
    </message>
    <message>
        <source>Sample pictures</source>
        <translation>Beispielbilder</translation>
    </message>
    <message>
        <source>%1 holds a table labels.csv.</source>
        <translation>%1 enthält eine Tabelle labels.csv.</translation>
    </message>
    <message>
        <source>Add its labels</source>
        <translation>Beschriftungen hinzufügen</translation>
    </message>
    <message>
        <source>Add the pictures first: the labels of %1 belong to pictures in the library.</source>
        <translation>Zuerst die Bilder hinzufügen: Die Beschriftungen aus %1 gehören zu Bildern in der Bibliothek.</translation>
    </message>
    <message>
        <source>Which collection do the labels of %1 belong to?</source>
        <translation>Zu welcher Sammlung gehören die Beschriftungen aus %1?</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the label table name no picture in this collection.</source>
        <translation>
            <numerusform>%n Zeile der Beschriftungstabelle nennt kein Bild dieser Sammlung.</numerusform>
            <numerusform>%n Zeilen der Beschriftungstabelle nennen kein Bild dieser Sammlung.</numerusform>
        </translation>
    </message>
    <message>
        <source>Import the pictures</source>
        <translation>Bilder importieren</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>action, its key</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>&amp;Bibliothek</translation>
    </message>
    <message>
        <source>&amp;New library…</source>
        <translation>&amp;Neue Bibliothek …</translation>
    </message>
    <message>
        <source>&amp;Open library…</source>
        <translation>Bibliothek ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>&amp;Recent libraries</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Close library</source>
        <translation>Bibliothek s&amp;chließen</translation>
    </message>
    <message>
        <source>&amp;Add a folder of pictures…</source>
        <translation>&amp;Ordner mit Bildern hinzufügen …</translation>
    </message>
    <message>
        <source>Add single &amp;pictures…</source>
        <translation>&amp;Einzelne Bilder hinzufügen …</translation>
    </message>
    <message>
        <source>Add &amp;labels from a table (CSV)…</source>
        <translation>Beschriftungen aus &amp;Tabelle hinzufügen (CSV) …</translation>
    </message>
    <message>
        <source>Open the &amp;sample pictures</source>
        <translation>Beis&amp;pielbilder öffnen</translation>
    </message>
    <message>
        <source>Pictures that could not be &amp;read…</source>
        <translation>Nicht &amp;lesbare Bilder …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>B&amp;earbeiten</translation>
    </message>
    <message>
        <source>&amp;Copy path</source>
        <translation>Pfad &amp;kopieren</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Remove from library</source>
        <translation>Aus der Bibliothek &amp;entfernen</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>&amp;Filtern</translation>
    </message>
    <message>
        <source>&amp;Query</source>
        <translation>&amp;Suche</translation>
    </message>
    <message>
        <source>&amp;Open a picture to find its look-alikes…</source>
        <translation>Bild ö&amp;ffnen und Ähnliche suchen …</translation>
    </message>
    <message>
        <source>&amp;Paste a picture to find its look-alikes</source>
        <translation>Bild &amp;einfügen und Ähnliche suchen</translation>
    </message>
    <message>
        <source>&amp;Find look-alikes</source>
        <translation>&amp;Ähnliche suchen</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>&amp;Vergleichen</translation>
    </message>
    <message>
        <source>C&amp;lear the query</source>
        <translation>Suchbilder &amp;leeren</translation>
    </message>
    <message>
        <source>Open in another &amp;program</source>
        <translation>In anderem &amp;Programm öffnen</translation>
    </message>
    <message>
        <source>Show in &amp;folder</source>
        <translation>Im &amp;Ordner zeigen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Larger pictures</source>
        <translation>Bilder &amp;größer</translation>
    </message>
    <message>
        <source>&amp;Smaller pictures</source>
        <translation>Bilder &amp;kleiner</translation>
    </message>
    <message>
        <source>&amp;Collections and labels</source>
        <translation>&amp;Sammlungen und Beschriftungen</translation>
    </message>
    <message>
        <source>&amp;Inspector</source>
        <translation>&amp;Inspektor</translation>
    </message>
    <message>
        <source>&amp;Order</source>
        <translation>&amp;Reihenfolge</translation>
    </message>
    <message>
        <source>By folder and name</source>
        <translation>Nach Ordner und Name</translation>
    </message>
    <message>
        <source>Added last first</source>
        <translation>Zuletzt hinzugefügte zuerst</translation>
    </message>
    <message>
        <source>Taken first first</source>
        <translation>Älteste Aufnahmen zuerst</translation>
    </message>
    <message>
        <source>Taken last first</source>
        <translation>Neueste Aufnahmen zuerst</translation>
    </message>
    <message>
        <source>Largest files first</source>
        <translation>Größte Dateien zuerst</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>&amp;Darstellung</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keys of this page</source>
        <translation>&amp;Tasten dieser Seite</translation>
    </message>
    <message>
        <source>&amp;About Fieldmark</source>
        <translation>&amp;Über Fieldmark</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Einen Schritt zurück</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Library: add pictures, open another one</source>
        <translation>Bibliothek: Bilder hinzufügen, eine andere öffnen</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>Size of the pictures</source>
        <translation>Größe der Bilder</translation>
    </message>
    <message>
        <source>Size of the pictures (Ctrl++, Ctrl+-, Ctrl+wheel)</source>
        <translation>Größe der Bilder (Strg++, Strg+-, Strg+Mausrad)</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Add a folder of pictures</source>
        <translation>Ordner mit Bildern hinzufügen</translation>
    </message>
    <message>
        <source>Add single pictures</source>
        <translation>Einzelne Bilder hinzufügen</translation>
    </message>
    <message>
        <source>Find look-alikes of a picture</source>
        <translation>Ähnliche zu einem Bild suchen</translation>
    </message>
    <message>
        <source>Add labels from a table</source>
        <translation>Beschriftungen aus einer Tabelle hinzufügen</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv *.txt)</source>
        <translation>Tabellen (*.csv *.tsv *.txt)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Make a new library</source>
        <translation>Neue Bibliothek anlegen</translation>
    </message>
    <message>
        <source>Open a library</source>
        <translation>Bibliothek öffnen</translation>
    </message>
    <message>
        <source>Make library</source>
        <translation>Bibliothek anlegen</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Compare with the query</source>
        <translation>Mit dem Suchbild vergleichen</translation>
    </message>
    <message>
        <source>Find look-alikes</source>
        <translation>Ähnliche suchen</translation>
    </message>
    <message>
        <source>Arrows, Home, End, %1, %2</source>
        <translation>Pfeile, Pos1, Ende, %1, %2</translation>
    </message>
    <message>
        <source>Go from picture to picture; with Shift they are selected on the way</source>
        <translation>Von Bild zu Bild gehen; mit Umschalt werden sie dabei ausgewählt</translation>
    </message>
    <message>
        <source>Mark or unmark a picture</source>
        <translation>Bild markieren oder Markierung aufheben</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Library and window</source>
        <translation>Bibliothek und Fenster</translation>
    </message>
    <message numerus="yes">
        <source>Took %n picture(s) out of the library. The files stay where they are.</source>
        <translation>
            <numerusform>%n Bild aus der Bibliothek genommen. Die Datei bleibt, wo sie ist.</numerusform>
            <numerusform>%n Bilder aus der Bibliothek genommen. Die Dateien bleiben, wo sie sind.</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchController</name>
    <message>
        <source>Mark at least one picture as ‘like’.</source>
        <translation>Mindestens ein Bild muss „so wie dieses“ sein.</translation>
    </message>
    <message>
        <source>Loading the model; the search starts by itself</source>
        <translation>Modell wird geladen; die Suche beginnt von selbst</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suche läuft</translation>
    </message>
    <message>
        <source>approximate</source>
        <translation>angenähert</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>exakt</translation>
    </message>
    <message>
        <source>no match among %1 · %2 · %3</source>
        <translation>kein Treffer unter %1 · %2 · %3</translation>
    </message>
    <message>
        <source>all %1 · %2 · %3</source>
        <translation>alle %1 · %2 · %3</translation>
    </message>
    <message>
        <source>top %1 of %2 · %3 · %4</source>
        <translation>beste %1 von %2 · %3 · %4</translation>
    </message>
    <message>
        <source>%1 of %2 embedded</source>
        <translation>%1 von %2 durchsuchbar</translation>
    </message>
    <message>
        <source>Reading: %1
Embedding: %2
Searching: %3
Fetching the rows: %4
Model: %5</source>
        <translation>Lesen: %1
Merkmale: %2
Suchen: %3
Zeilen holen: %4
Modell: %5</translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchHeader</name>
    <message>
        <source>What was searched</source>
        <translation>Was durchsucht wurde</translation>
    </message>
    <message>
        <source>Note about the matches</source>
        <translation>Hinweis zu den Treffern</translation>
    </message>
    <message>
        <source>Rank the new matches among those shown</source>
        <translation>Die neuen Treffer unter die gezeigten einreihen</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suche läuft</translation>
    </message>
    <message numerus="yes">
        <source>%n new matches, show</source>
        <translation>
            <numerusform>%n neuen Treffer zeigen</numerusform>
            <numerusform>%n neue Treffer zeigen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchModel</name>
    <message>
        <source>%1 · %2</source>
        <comment>file name, collection</comment>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>%1
%2
rank %3, score %4</source>
        <translation>%1
%2
Rang %3, Ähnlichkeit %4</translation>
    </message>
</context>
<context>
    <name>fieldmark::MessageBar</name>
    <message>
        <source>Close this message (Esc)</source>
        <translation>Diese Meldung schließen (Esc)</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy this message with its details</source>
        <translation>Diese Meldung samt Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Meldungen</translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryCard</name>
    <message>
        <source>Crop…</source>
        <translation>Ausschnitt…</translation>
    </message>
    <message>
        <source>Take this picture out of the query (Del)</source>
        <translation>Dieses Bild aus der Suche nehmen (Entf)</translation>
    </message>
    <message>
        <source>From the library</source>
        <translation>Aus der Bibliothek</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
    <message>
        <source>Not like this</source>
        <translation>Nicht so</translation>
    </message>
    <message>
        <source>Like this</source>
        <translation>So wie dieses</translation>
    </message>
    <message>
        <source>Search for pictures not like this one</source>
        <translation>Bilder suchen, die diesem nicht gleichen</translation>
    </message>
    <message>
        <source>Search for pictures like this one</source>
        <translation>Bilder suchen, die diesem gleichen</translation>
    </message>
    <message>
        <source>Matches are moved away from this picture. Click to search for its look-alikes (N)</source>
        <translation>Treffer sollen diesem Bild nicht gleichen. Klicken, um Ähnliche zu suchen (N)</translation>
    </message>
    <message>
        <source>Matches look like this picture. Click to move them away from it instead (N)</source>
        <translation>Treffer gleichen diesem Bild. Klicken, um sie stattdessen davon zu entfernen (N)</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Part, %1</source>
        <translation>Ausschnitt, %1</translation>
    </message>
    <message>
        <source>Choose a part of the picture</source>
        <translation>Ausschnitt des Bildes wählen</translation>
    </message>
    <message>
        <source>Change the part of the picture, %1</source>
        <translation>Ausschnitt des Bildes ändern, %1</translation>
    </message>
    <message>
        <source>Drag a box around what matters (Enter)</source>
        <translation>Rahmen um das Wesentliche ziehen (Enter)</translation>
    </message>
    <message>
        <source>Remove %1 from the query</source>
        <translation>%1 aus der Suche nehmen</translation>
    </message>
    <message>
        <source>not like this</source>
        <translation>nicht so</translation>
    </message>
    <message>
        <source>like this</source>
        <translation>so wie dieses</translation>
    </message>
    <message>
        <source>Query picture %1 of %2: %3, %4, %5</source>
        <comment>index, count, name, like or not, crop</comment>
        <translation>Suchbild %1 von %2: %3, %4, %5</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryDropReader</name>
    <message numerus="yes">
        <source>Find look-alikes of %n pictures</source>
        <translation>
            <numerusform>Ähnliche zu %n Bild suchen</numerusform>
            <numerusform>Ähnliche zu %n Bildern suchen</numerusform>
        </translation>
    </message>
    <message>
        <source>Find look-alikes</source>
        <translation>Ähnliche suchen</translation>
    </message>
    <message>
        <source>This picture is too large to be handed over (%1). Save it and drop the file.</source>
        <translation>Dieses Bild ist zu groß für die Übergabe (%1). Bitte speichern und die Datei hierher ziehen.</translation>
    </message>
    <message numerus="yes">
        <source>A query takes %n pictures; the rest was left out.</source>
        <translation>
            <numerusform>Eine Suche fasst %n Bild; der Rest wurde weggelassen.</numerusform>
            <numerusform>Eine Suche fasst %n Bilder; der Rest wurde weggelassen.</numerusform>
        </translation>
    </message>
    <message>
        <source>This is only the address of a picture, and Fieldmark never opens a connection. Save the picture and drop the file, or copy the picture itself.</source>
        <translation>Das ist nur die Adresse eines Bildes, und Fieldmark öffnet nie eine Verbindung. Bitte das Bild speichern und die Datei hierher ziehen oder das Bild selbst kopieren.</translation>
    </message>
    <message>
        <source>A folder cannot be a query. Drop it on the gallery to import it, or pick a picture in it.</source>
        <translation>Nach einem Ordner lässt sich nicht suchen. Zum Importieren auf die Galerie ziehen oder ein Bild daraus nehmen.</translation>
    </message>
    <message>
        <source>There is no picture in this. Drop or paste a picture, a picture file or its path.</source>
        <translation>Hierin ist kein Bild. Ziehen oder einfügen lassen sich ein Bild, eine Bilddatei oder deren Pfad.</translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryStrip</name>
    <message>
        <source>Query</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>Drop, paste or open a picture to find its look-alikes</source>
        <translation>Ein Bild hierher ziehen, einfügen oder öffnen, um Ähnliche zu finden</translation>
    </message>
    <message>
        <source>Open a picture, or paste one with %1</source>
        <translation>Ein Bild öffnen oder mit %1 einfügen</translation>
    </message>
    <message>
        <source>Another</source>
        <translation>Weiteres</translation>
    </message>
    <message>
        <source>Add another picture to the query</source>
        <translation>Ein weiteres Bild zur Suche hinzufügen</translation>
    </message>
    <message>
        <source>Add another picture to the query, or drop one here</source>
        <translation>Ein weiteres Bild zur Suche hinzufügen oder hierher ziehen</translation>
    </message>
    <message>
        <source>End search</source>
        <translation>Suche beenden</translation>
    </message>
    <message>
        <source>End the search</source>
        <translation>Die Suche beenden</translation>
    </message>
    <message>
        <source>Take all pictures out of the query and go back to the gallery (Esc)</source>
        <translation>Alle Bilder aus der Suche nehmen und zur Galerie zurückkehren (Esc)</translation>
    </message>
    <message>
        <source>Drag a box around what matters; the matches follow.</source>
        <translation>Einen Rahmen um das Wesentliche ziehen; die Treffer folgen.</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Search with the whole picture (Backspace)</source>
        <translation>Mit dem ganzen Bild suchen (Rücktaste)</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Close the box editor (Esc)</source>
        <translation>Rahmen schließen (Esc)</translation>
    </message>
    <message numerus="yes">
        <source>A query takes %n pictures; the rest was left out.</source>
        <translation>
            <numerusform>Eine Suche fasst %n Bild; der Rest wurde weggelassen.</numerusform>
            <numerusform>Eine Suche fasst %n Bilder; der Rest wurde weggelassen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Searching with %1</source>
        <translation>Suche mit %1</translation>
    </message>
    <message>
        <source>The clipboard is empty.</source>
        <translation>Die Zwischenablage ist leer.</translation>
    </message>
    <message>
        <source>Add to the query</source>
        <translation>Zur Suche hinzufügen</translation>
    </message>
</context>
<context>
    <name>fieldmark::ShortcutsDialog</name>
    <message>
        <source>Keys of this page</source>
        <translation>Tasten dieser Seite</translation>
    </message>
    <message>
        <source> or </source>
        <comment>between two keys</comment>
        <translation> oder </translation>
    </message>
</context>
<context>
    <name>fieldmark::Text</name>
    <message>
        <source>%1%</source>
        <comment>percentage</comment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 pictures/s</source>
        <translation>%1 Bilder/s</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>noch wenige Sekunden</translation>
    </message>
    <message>
        <source>about %1 s left</source>
        <translation>noch etwa %1 s</translation>
    </message>
    <message>
        <source>about %1 min left</source>
        <translation>noch etwa %1 min</translation>
    </message>
    <message>
        <source>about %1 h left</source>
        <translation>noch etwa %1 h</translation>
    </message>
    <message>
        <source>about %1 h %2 min left</source>
        <translation>noch etwa %1 h %2 min</translation>
    </message>
    <message>
        <source>Waiting to be read</source>
        <translation>Wartet darauf, gelesen zu werden</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>File is gone</source>
        <translation>Datei ist weg</translation>
    </message>
    <message>
        <source>Not possible</source>
        <translation>Nicht möglich</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>No permission</source>
        <translation>Keine Berechtigung</translation>
    </message>
    <message>
        <source>Read-only</source>
        <translation>Schreibgeschützt</translation>
    </message>
    <message>
        <source>In use elsewhere</source>
        <translation>Anderswo in Gebrauch</translation>
    </message>
    <message>
        <source>Not supported</source>
        <translation>Nicht unterstützt</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Too large</source>
        <translation>Zu groß</translation>
    </message>
    <message>
        <source>Disk full</source>
        <translation>Datenträger voll</translation>
    </message>
    <message>
        <source>Made by a newer Fieldmark</source>
        <translation>Von einem neueren Fieldmark angelegt</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Read or write error</source>
        <translation>Lese- oder Schreibfehler</translation>
    </message>
    <message>
        <source>Internal error</source>
        <translation>Interner Fehler</translation>
    </message>
    <message>
        <source>path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>collection</source>
        <translation>Sammlung</translation>
    </message>
    <message>
        <source>state</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(leer)</translation>
    </message>
    <message>
        <source>%1 = %2</source>
        <comment>field, value</comment>
        <translation>%1 = %2</translation>
    </message>
    <message>
        <source>%1 ≠ %2</source>
        <comment>field, value</comment>
        <translation>%1 ≠ %2</translation>
    </message>
    <message>
        <source>%1 &lt; %2</source>
        <comment>field, value</comment>
        <translation>%1 &lt; %2</translation>
    </message>
    <message>
        <source>%1 &gt; %2</source>
        <comment>field, value</comment>
        <translation>%1 &gt; %2</translation>
    </message>
    <message>
        <source>%1 contains “%2”</source>
        <comment>field, value</comment>
        <translation>%1 enthält „%2“</translation>
    </message>
    <message>
        <source>rank %1, %2, score %3, from %4</source>
        <comment>rank, name, score, collection</comment>
        <translation>Rang %1, %2, Ähnlichkeit %3, aus %4</translation>
    </message>
</context>
<context>
    <name>fieldmark::TileDelegate</name>
    <message>
        <source>#%1</source>
        <comment>rank of a match</comment>
        <translation>%1.</translation>
    </message>
</context>
<context>
    <name>fieldmark::ValueEditCommand</name>
    <message numerus="yes">
        <source>removing %1 of %n pictures</source>
        <translation>
            <numerusform>%1 von %n Bild entfernen</numerusform>
            <numerusform>%1 von %n Bildern entfernen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>setting %1 of %n pictures</source>
        <translation>
            <numerusform>%1 von %n Bild setzen</numerusform>
            <numerusform>%1 von %n Bildern setzen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::WelcomePage</name>
    <message>
        <source>Drop a folder of pictures here</source>
        <translation>Einen Ordner mit Bildern hierher ziehen</translation>
    </message>
    <message>
        <source>Which of your pictures look like this one?</source>
        <translation>Welche Bilder sehen so aus wie dieses?</translation>
    </message>
    <message>
        <source>Fieldmark looks through your own pictures, on this computer, and never goes online.</source>
        <translation>Fieldmark durchsucht den eigenen Bildbestand, auf diesem Computer, und geht nie ins Netz.</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Choose a folder of pictures (Ctrl+O)</source>
        <translation>Ordner mit Bildern wählen (Strg+O)</translation>
    </message>
    <message>
        <source>Open the sample pictures</source>
        <translation>Beispielbilder öffnen</translation>
    </message>
    <message>
        <source>A few hundred birds, animals, vehicles and plants to try it with</source>
        <translation>Einige hundert Vögel, Tiere, Fahrzeuge und Pflanzen zum Ausprobieren</translation>
    </message>
    <message>
        <source>Recent libraries</source>
        <translation>Zuletzt geöffnete Bibliotheken</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Finds look-alikes in your own pictures, offline.</source>
        <translation>Findet ähnliche Bilder im eigenen Bestand, offline.</translation>
    </message>
    <message>
        <source>A NAME.fieldmark folder to open.</source>
        <translation>Ein Ordner NAME.fieldmark, der geöffnet werden soll.</translation>
    </message>
    <message>
        <source>Open this library; it is made if it is not there.</source>
        <translation>Diese Bibliothek öffnen; sie wird angelegt, wenn es sie nicht gibt.</translation>
    </message>
    <message>
        <source>Open the sample pictures and show the look-alikes of a bird.</source>
        <translation>Die Beispielbilder öffnen und Ähnliche zu einem Vogel zeigen.</translation>
    </message>
    <message>
        <source>Add this folder of pictures.</source>
        <translation>Diesen Ordner mit Bildern hinzufügen.</translation>
    </message>
    <message>
        <source>Size of the window, such as 1280x800.</source>
        <translation>Größe des Fensters, etwa 1280x800.</translation>
    </message>
    <message>
        <source>Colours for this time: light, dark or system.</source>
        <translation>Farben für dieses Mal: light, dark oder system.</translation>
    </message>
</context>
</TS>
